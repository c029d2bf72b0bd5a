import type { Protocol } from '../../../domain/protocol.ts';
import { allocate } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST, type LibCrypto } from '../library.ts';
import type { Hash, HashName, HashState } from './hash.ts';

/** A signature scheme (RFC 8446, section 4.2.3). */
export interface Scheme {
  readonly id: number;
  readonly name: string;
  /** `undefined` where the message itself is signed. */
  readonly hash: HashName | undefined;
  readonly key: 'ec' | 'rsa' | 'rsa-pss' | 'ed25519';
  /** In TLS 1.3 the scheme fixes the curve, in TLS 1.2 it does not (RFC 8446, section 4.2.3). */
  readonly curve?: string;
  readonly padding?: number;
  /** RSA-PKCS1 signs no TLS 1.3 handshake. */
  readonly tls13: boolean;
}

const rsa = { key: 'rsa', tls13: true } as const;
const pss = { ...rsa, padding: RSA_PKCS1_PSS_PADDING } as const;

/** In the order in which they are offered: libssl's, without what this engine does not verify. */
export const SCHEMES: readonly Scheme[] = [
  { id: 0x0403, name: 'ecdsa_secp256r1_sha256', hash: 'sha256', key: 'ec', curve: 'prime256v1', tls13: true },
  { id: 0x0503, name: 'ecdsa_secp384r1_sha384', hash: 'sha384', key: 'ec', curve: 'secp384r1', tls13: true },
  { id: 0x0807, name: 'ed25519', hash: undefined, key: 'ed25519', tls13: true },
  { id: 0x0809, name: 'rsa_pss_pss_sha256', hash: 'sha256', ...pss, key: 'rsa-pss' },
  { id: 0x080a, name: 'rsa_pss_pss_sha384', hash: 'sha384', ...pss, key: 'rsa-pss' },
  { id: 0x080b, name: 'rsa_pss_pss_sha512', hash: 'sha512', ...pss, key: 'rsa-pss' },
  { id: 0x0804, name: 'rsa_pss_rsae_sha256', hash: 'sha256', ...pss },
  { id: 0x0805, name: 'rsa_pss_rsae_sha384', hash: 'sha384', ...pss },
  { id: 0x0806, name: 'rsa_pss_rsae_sha512', hash: 'sha512', ...pss },
  { id: 0x0401, name: 'rsa_pkcs1_sha256', hash: 'sha256', ...rsa, tls13: false, padding: RSA_PKCS1_PADDING },
  { id: 0x0501, name: 'rsa_pkcs1_sha384', hash: 'sha384', ...rsa, tls13: false, padding: RSA_PKCS1_PADDING },
  { id: 0x0601, name: 'rsa_pkcs1_sha512', hash: 'sha512', ...rsa, tls13: false, padding: RSA_PKCS1_PADDING },
];

/** Type of a public key, in the words of node:crypto. */
export interface KeyFacts {
  readonly type: string | undefined;
  readonly curve: string | undefined;
}

/** A range of native memory. */
export interface Span {
  address: number;
  length: number;
}

/** Parses public keys, and holds what all of them verify with. */
export class Verifier {
  readonly lib: LibCrypto;
  readonly #hashes: Readonly<Record<HashName, Hash>>;
  readonly #states: Readonly<Record<HashName, HashState>>;
  readonly #digests: Readonly<Record<HashName, number>>;
  readonly #digest: number;

  constructor(lib: LibCrypto, hashes: Readonly<Record<HashName, Hash>>, arena: Arena) {
    this.lib = lib;
    this.#hashes = hashes;
    const digest = (name: HashName): number => lib.EVP_MD_fetch(0, name.toUpperCase(), 0);
    this.#states = { sha256: hashes.sha256.state(), sha384: hashes.sha384.state(), sha512: hashes.sha512.state() };
    this.#digests = { sha256: digest('sha256'), sha384: digest('sha384'), sha512: digest('sha512') };
    this.#digest = arena.allocate(64).address;
  }

  /** @throws RangeError when the bytes are no SubjectPublicKeyInfo. */
  key(spki: Buffer, facts: KeyFacts): VerifyKey {
    const memory = allocate(8 + spki.length);
    memory.bytes.writeBigUInt64LE(BigInt(memory.address + 8), 0);
    memory.bytes.set(spki, 8);
    const key = this.lib.d2i_PUBKEY(0, memory.address, spki.length);
    if (key !== 0) return new VerifyKey(this, key, facts);
    this.lib.ERR_clear_error();
    throw new RangeError('the bytes are no public key');
  }

  /** OpenSSL's object of a hash function. */
  digestOf(name: HashName): number {
    return this.#digests[name];
  }

  /** Hashes a message. @returns where the digest stands until the next. */
  hash(name: HashName, { address, length }: Readonly<Span>): number {
    const hash = this.#hashes[name];
    const state = this.#states[name];
    hash.init(state);
    hash.update(state, address, length);
    hash.final(state, this.#digest);
    return this.#digest;
  }

  digestBytes(name: HashName): number {
    return this.#hashes[name].digestBytes;
  }

  free(): void {
    for (const digest of Object.values(this.#digests)) this.lib.EVP_MD_free(digest);
  }
}

/** A server's public key: parsed once, with a verification context per scheme that is used again and again. */
export class VerifyKey {
  readonly facts: KeyFacts;
  readonly #verifier: Verifier;
  readonly #key: number;
  readonly #contexts = new Map<number, number>();
  #holders = 1;

  constructor(verifier: Verifier, key: number, facts: KeyFacts) {
    this.#verifier = verifier;
    this.#key = key;
    this.facts = facts;
  }

  /** Returns true when a scheme may sign with this key. */
  suits(scheme: Scheme, protocol: Protocol): boolean {
    if (scheme.key !== this.facts.type) return false;
    return protocol === 'TLSv1.2' || (scheme.tls13 && (scheme.curve === undefined || scheme.curve === this.facts.curve));
  }

  /** Verifies a signature over a message. */
  verify(scheme: Scheme, message: Readonly<Span>, signature: Readonly<Span>): boolean {
    const { lib } = this.#verifier;
    if (scheme.hash === undefined) return this.#verifyWhole(message, signature);
    const digest = this.#verifier.hash(scheme.hash, message);
    const digestBytes = this.#verifier.digestBytes(scheme.hash);
    const context = this.#context(scheme, scheme.hash);
    const isGood = lib.EVP_PKEY_verify(context, signature.address, signature.length, digest, digestBytes) === 1;
    if (!isGood) lib.ERR_clear_error();
    return isGood;
  }

  /** One more holds the key: a connection must not lose it when the cache forgets it. */
  hold(): void {
    this.#holders += 1;
  }

  /** The key is freed with its last holder. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    const { lib } = this.#verifier;
    for (const context of this.#contexts.values()) lib.EVP_PKEY_CTX_free(context);
    this.#contexts.clear();
    lib.EVP_PKEY_free(this.#key);
  }

  #context(scheme: Scheme, hash: HashName): number {
    const kept = this.#contexts.get(scheme.id);
    if (kept !== undefined) return kept;
    const { lib } = this.#verifier;
    const context = lib.EVP_PKEY_CTX_new_from_pkey(0, this.#key, 0);
    const isReady =
      lib.EVP_PKEY_verify_init(context) === 1 &&
      (scheme.padding === undefined || lib.EVP_PKEY_CTX_set_rsa_padding(context, scheme.padding) === 1) &&
      lib.EVP_PKEY_CTX_set_signature_md(context, this.#verifier.digestOf(hash)) === 1 &&
      (scheme.padding !== RSA_PKCS1_PSS_PADDING || lib.EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) === 1);
    if (!isReady) throw new RangeError(`${scheme.name} cannot be verified here`);
    this.#contexts.set(scheme.id, context);
    return context;
  }

  /** Ed25519 signs the message itself and not a digest of it. */
  #verifyWhole(message: Readonly<Span>, signature: Readonly<Span>): boolean {
    const { lib } = this.#verifier;
    const context = lib.EVP_MD_CTX_new();
    const isGood =
      lib.EVP_DigestVerifyInit(context, 0, 0, 0, this.#key) === 1 &&
      lib.EVP_DigestVerify(context, signature.address, signature.length, message.address, message.length) === 1;
    lib.EVP_MD_CTX_free(context);
    if (!isGood) lib.ERR_clear_error();
    return isGood;
  }
}
