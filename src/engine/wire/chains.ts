import { X509Certificate } from 'node:crypto';
import type { Protocol } from '../../domain/protocol.ts';
import type { Verifier, VerifyKey } from './crypto/signature.ts';
import { distrusted, fault } from './fault.ts';
import type { Reader } from './reader.ts';

/** A chain that a server has shown: what was found out about it once. */
export interface Chain {
  /** The Certificate message. */
  readonly message: Buffer;
  readonly leaf: Buffer;
  readonly key: VerifyKey;
  readonly objection: string | undefined;
  /** End of the leaf's validity, in Unix ms. */
  readonly untilMs: number;
}

/** More distinct chains than any fleet behind one name shows; a server that made up new ones would fill the memory. */
const MOST_CHAINS = 32;

/** Returns the reason against trusting a chain, `undefined` when there is none. */
export type Judge = (chain: readonly Uint8Array[]) => string | undefined;

/** The chains of one client's servers, known by the bytes of their Certificate message: parsing and verifying costs 0.3 ms and more. */
export class Chains {
  readonly #verifier: Verifier;
  readonly #judge: Judge;
  readonly #chains: Chain[] = [];

  constructor(verifier: Verifier, judge: Judge) {
    this.#verifier = verifier;
    this.#judge = judge;
  }

  /**
   * Reads a Certificate message. The key of what it gives is held for the caller, who must release it.
   *
   * @throws Fault when the message is none, or its chain is not to be trusted.
   */
  read(reader: Reader, protocol: Protocol): Chain {
    const chain = this.#known(reader) ?? this.#learn(reader, protocol);
    if (chain.objection !== undefined) throw distrusted(chain.objection);
    if (Date.now() > chain.untilMs) throw distrusted('cert_has_expired');
    chain.key.hold();
    reader.at = reader.end;
    return chain;
  }

  free(): void {
    for (const { key } of this.#chains.splice(0)) key.release();
  }

  /** Compared and not hashed: a fleet shows a handful of chains, mostly the same. */
  #known({ bytes, at, end }: Reader): Chain | undefined {
    return this.#chains.find(({ message }) => message.length === end - at && message.compare(bytes, at, end) === 0);
  }

  #learn(reader: Reader, protocol: Protocol): Chain {
    const message = Buffer.from(reader.bytes.subarray(reader.at, reader.end));
    const chain = readChain(reader, protocol);
    const [leaf] = chain;
    if (leaf === undefined) throw fault('bad_certificate');
    const learnt = { message, leaf, ...this.#keyOf(leaf), objection: this.#judge(chain) };
    this.#chains.unshift(learnt);
    if (this.#chains.length > MOST_CHAINS) this.#chains.pop()?.key.release();
    return learnt;
  }

  #keyOf(leaf: Buffer): Pick<Chain, 'key' | 'untilMs'> {
    try {
      const { publicKey, validTo } = new X509Certificate(leaf);
      const facts = { type: publicKey.asymmetricKeyType, curve: publicKey.asymmetricKeyDetails?.namedCurve };
      const untilMs = this.#judge === trustsAll ? Number.POSITIVE_INFINITY : Date.parse(validTo);
      return { key: this.#verifier.key(publicKey.export({ type: 'spki', format: 'der' }), facts), untilMs };
    } catch {
      throw fault('bad_certificate');
    }
  }
}

/** The judge of a client that does not verify. */
export const trustsAll: Judge = () => undefined;

/** RFC 8446, section 4.4.2; in TLS 1.2 without context and extensions (RFC 5246, section 7.4.2). */
const readChain = (reader: Reader, protocol: Protocol): Buffer[] => {
  const isTls13 = protocol === 'TLSv1.3';
  // A server's certificate answers no request.
  if (isTls13 && reader.u8() !== 0) throw fault('illegal_parameter');
  const chain: Buffer[] = [];
  const list = reader.enter(reader.u24());
  while (reader.left > 0) {
    const length = reader.u24();
    const at = reader.skip(length);
    chain.push(Buffer.from(reader.bytes.subarray(at, at + length)));
    if (isTls13) reader.skip(reader.u16());
  }
  reader.leave(list);
  reader.finish();
  return chain;
};
