import { AT, type HandshakeState } from './handshake-state.ts';
import type { Hash, HashName } from './crypto/hash.ts';
import type { Hkdf } from './crypto/hkdf.ts';
import type { Hmac } from './crypto/hmac.ts';
import type { Primitives } from './crypto/primitives.ts';
import type { Direction } from './record.ts';

/** The key schedule of TLS 1.3 (RFC 8446, section 7.1) over the secrets of a connection, for one hash function. */
export class Schedule13 {
  readonly hash: Hash;
  readonly #hkdf: Hkdf;
  readonly #hmac: Hmac;
  /** The digest of nothing, and a digest's length of zeros. */
  readonly #nothing: number;
  readonly #zeros: number;
  /** The salt of the handshake secret where there is no pre-shared key: the same in every full handshake. */
  readonly #noPskSalt: number;
  readonly #work: number;

  constructor(name: HashName, { hashes, hkdfs, hmacs, arena }: Primitives) {
    this.hash = hashes[name];
    this.#hkdf = hkdfs[name];
    this.#hmac = hmacs[name];
    const { digestBytes } = this.hash;
    const region = (): number => arena.allocate(digestBytes).address;
    [this.#nothing, this.#zeros, this.#noPskSalt, this.#work] = [region(), region(), region(), region()];
    const state = this.hash.state();
    this.hash.init(state);
    this.hash.final(state, this.#nothing);
    this.#hkdf.extract(this.#zeros, this.#zeros, digestBytes, this.#work);
    this.#hkdf.from(this.#work);
    this.#derive('derived', this.#nothing, this.#noPskSalt);
  }

  /** The early secret of the offered pre-shared key. */
  early(state: HandshakeState): void {
    this.#hkdf.extract(this.#zeros, state.address(AT.resumption), this.hash.digestBytes, state.address(AT.early));
  }

  /** The binder over the digest of a truncated ClientHello (RFC 8446, section 4.2.11.2). */
  binder(state: HandshakeState, digest: number, out: number): void {
    this.#hkdf.from(state.address(AT.early));
    this.#derive('res binder', this.#nothing, this.#work);
    this.#hkdf.from(this.#work);
    this.#hkdf.expand('finished', 0, 0, this.#work, this.hash.digestBytes);
    this.#hmac.key(this.#work, this.hash.digestBytes);
    this.#hmac.of(digest, this.hash.digestBytes, out);
  }

  /** The secret that early data are sent under. */
  earlyTraffic(state: HandshakeState, digest: number): void {
    this.#hkdf.from(state.address(AT.early));
    this.#derive('c e traffic', digest, state.address(AT.clientTraffic));
  }

  /** Handshake secrets of both sides, by the digest up to the ServerHello. */
  handshake(state: HandshakeState, sharedBytes: number, digest: number): void {
    const secret = state.address(AT.handshake);
    let salt = this.#noPskSalt;
    if (state.isResumed) {
      salt = this.#work;
      this.#hkdf.from(state.address(AT.early));
      this.#derive('derived', this.#nothing, salt);
    }
    this.#hkdf.extract(salt, state.address(AT.shared), sharedBytes, secret);
    this.#hkdf.from(secret);
    this.#derive('c hs traffic', digest, state.address(AT.clientTraffic));
    this.#derive('s hs traffic', digest, state.address(AT.serverTraffic));
    this.#derive('derived', this.#nothing, state.address(AT.master));
  }

  /** The master secret, out of what the handshake secret left for it. */
  master(state: HandshakeState): void {
    const master = state.address(AT.master);
    this.#hkdf.extract(master, this.#zeros, this.hash.digestBytes, master);
  }

  /** Derives the secret that a side sends under after the handshake, from the digest up to the server's Finished. */
  application(state: HandshakeState, side: 'client' | 'server', digest: number): void {
    this.#hkdf.from(state.address(AT.master));
    if (side === 'client') this.#derive('c ap traffic', digest, state.address(AT.clientApplication));
    else this.#derive('s ap traffic', digest, state.address(AT.serverApplication));
  }

  /** Replaces the secret that a side sends under by the next one (RFC 8446, section 7.2). */
  update(secret: number): void {
    this.#hkdf.from(secret);
    this.#hkdf.expand('traffic upd', 0, 0, secret, this.hash.digestBytes);
  }

  /** The pre-shared key of a ticket, by the digest up to our Finished (RFC 8446, section 4.6.1). */
  resumption(
    state: HandshakeState,
    digest: number,
    nonce: { readonly address: number; readonly length: number },
    out: number,
  ): void {
    this.#hkdf.from(state.address(AT.master));
    this.#derive('res master', digest, this.#work);
    this.#hkdf.from(this.#work);
    this.#hkdf.expand('resumption', nonce.address, nonce.length, out, this.hash.digestBytes);
  }

  /** Writes the key and IV of a direction from a traffic secret, and the key of its Finished if there is a place for it. */
  keys(secret: number, direction: Direction, keyBytes: number, finished: number): void {
    const { address } = direction.memory;
    this.#hkdf.from(secret);
    this.#hkdf.expand('key', 0, 0, address + direction.keyAt, keyBytes);
    this.#hkdf.expand('iv', 0, 0, address + direction.ivAt, 12);
    if (finished !== 0) this.#hkdf.expand('finished', 0, 0, finished, this.hash.digestBytes);
  }

  /** Writes the content of a Finished message (RFC 8446, section 4.4.4). */
  verifyData(finishedKey: number, digest: number, out: number): void {
    this.#hmac.key(finishedKey, this.hash.digestBytes);
    this.#hmac.of(digest, this.hash.digestBytes, out);
  }

  #derive(label: string, digest: number, out: number): void {
    const { digestBytes } = this.hash;
    this.#hkdf.expand(label, digest, digestBytes, out, digestBytes);
  }
}
