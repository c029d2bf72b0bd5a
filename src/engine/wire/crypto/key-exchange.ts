import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import type { LibCrypto } from '../library.ts';
import type { X25519Keys } from './x25519-keys.ts';

/** A key exchange group (RFC 8446, section 4.2.7; draft-ietf-tls-ecdhe-mlkem). */
export interface GroupShape {
  readonly id: number;
  readonly name: string;
  /** Bytes of our public key, of the server's answer and of the secret. */
  readonly publicBytes: number;
  readonly peerBytes: number;
  readonly secretBytes: number;
  /** Key type and curve by OpenSSL's names. */
  readonly keyType: string;
  readonly curve: string | undefined;
  /** True when the server's answer is a ciphertext to decapsulate. */
  readonly isKem: boolean;
}

export const GROUPS: readonly GroupShape[] = [
  {
    id: 0x001d,
    name: 'X25519',
    publicBytes: 32,
    peerBytes: 32,
    secretBytes: 32,
    keyType: 'X25519',
    curve: undefined,
    isKem: false,
  },
  { id: 0x0017, name: 'P-256', publicBytes: 65, peerBytes: 65, secretBytes: 32, keyType: 'EC', curve: 'P-256', isKem: false },
  { id: 0x0018, name: 'P-384', publicBytes: 97, peerBytes: 97, secretBytes: 48, keyType: 'EC', curve: 'P-384', isKem: false },
  {
    id: 0x11ec,
    name: 'X25519MLKEM768',
    publicBytes: 1216,
    peerBytes: 1120,
    secretBytes: 64,
    keyType: 'X25519MLKEM768',
    curve: undefined,
    isKem: true,
  },
];

/** Our half of one key exchange, or of many. */
export interface KeyPair {
  readonly group: GroupShape;
  readonly publicKey: NativeMemory;
  /** Generates a new key in place of the old one. */
  renew(): void;
  /** Writes the secret that is shared with the peer, `secretBytes` long. @returns false when the peer's key is none. */
  agree(peer: number, secret: number): boolean;
  free(): void;
}

/** Makes key pairs: the fast way where the library has it, the public one elsewhere. */
export class KeyExchange {
  readonly #lib: LibCrypto;
  readonly #arena: Arena;
  readonly #keys: X25519Keys | undefined;

  /** @param keys of X25519 by plain functions; without them it goes the public way as any group. */
  constructor(lib: LibCrypto, arena: Arena, keys: X25519Keys | undefined) {
    this.#lib = lib;
    this.#arena = arena;
    this.#keys = keys;
  }

  /** Returns true when this library has the group. */
  has({ keyType }: GroupShape): boolean {
    const context = this.#lib.EVP_PKEY_CTX_new_from_name(0, keyType, 0);
    this.#lib.EVP_PKEY_CTX_free(context);
    this.#lib.ERR_clear_error();
    return context !== 0;
  }

  /** A key pair without a key: `renew` gives it one. */
  keyPair(group: GroupShape): KeyPair {
    const { ossl_x25519: agree } = this.#lib.optional;
    if (group.name === 'X25519' && this.#keys !== undefined && agree !== undefined) {
      return new PlainX25519(group, this.#keys, agree, this.#arena);
    }
    return new EvpKeyPair(group, this.#lib, this.#arena);
  }
}

/** X25519 by plain functions over 32 bytes: no object of the library is made. */
class PlainX25519 implements KeyPair {
  readonly group: GroupShape;
  readonly publicKey: NativeMemory;
  readonly #privateKey: NativeMemory;
  readonly #keys: X25519Keys;
  readonly #agree: LibCrypto['memcpy'];

  constructor(group: GroupShape, keys: X25519Keys, agree: LibCrypto['memcpy'], arena: Arena) {
    this.group = group;
    this.publicKey = arena.allocate(32);
    this.#privateKey = arena.allocate(32);
    this.#keys = keys;
    this.#agree = agree;
  }

  renew(): void {
    this.#keys.next(this.#privateKey, this.publicKey);
  }

  /** An all-zero secret means that the peer's key is of small order (RFC 7748, section 6.1): refused. */
  agree(peer: number, secret: number): boolean {
    return this.#agree(secret, this.#privateKey.address, peer) === 1;
  }

  free(): void {
    this.#privateKey.bytes.fill(0);
  }
}

/** Any group by OpenSSL's public interface. */
class EvpKeyPair implements KeyPair {
  readonly group: GroupShape;
  readonly publicKey: NativeMemory;
  readonly #lib: LibCrypto;
  /** An out parameter: a pointer or a length. */
  readonly #out: NativeMemory;
  readonly #generator: number;
  #key = 0;

  constructor(group: GroupShape, lib: LibCrypto, arena: Arena) {
    this.group = group;
    this.#lib = lib;
    this.publicKey = arena.allocate(group.publicBytes);
    this.#out = arena.allocate(8);
    this.#generator = lib.EVP_PKEY_CTX_new_from_name(0, group.keyType, 0);
    const isReady =
      this.#generator !== 0 &&
      lib.EVP_PKEY_keygen_init(this.#generator) === 1 &&
      (group.curve === undefined || lib.EVP_PKEY_CTX_set_group_name(this.#generator, group.curve) === 1);
    if (!isReady) throw new RangeError(`no ${group.name} here`);
  }

  renew(): void {
    const lib = this.#lib;
    this.#dropKey();
    this.#out.bytes.fill(0);
    const isGenerated = lib.EVP_PKEY_generate(this.#generator, this.#out.address) === 1;
    this.#key = Number(this.#out.bytes.readBigUInt64LE(0));
    const { publicBytes } = this.group;
    const isWritten =
      isGenerated &&
      lib.EVP_PKEY_get_octet_string_param(
        this.#key,
        'encoded-pub-key',
        this.publicKey.address,
        publicBytes,
        this.#out.address,
      ) === 1;
    if (!isWritten || this.#out.bytes.readUInt32LE(0) !== publicBytes)
      throw new RangeError(`no key of ${this.group.name} came about`);
  }

  agree(peer: number, secret: number): boolean {
    const lib = this.#lib;
    const context = lib.EVP_PKEY_CTX_new_from_pkey(0, this.#key, 0);
    this.#out.bytes.writeBigUInt64LE(BigInt(this.group.secretBytes), 0);
    const isAgreed = this.group.isKem ? this.#decapsulate(context, peer, secret) : this.#exchange(context, peer, secret);
    lib.EVP_PKEY_CTX_free(context);
    if (!isAgreed) lib.ERR_clear_error();
    return isAgreed && this.#out.bytes.readUInt32LE(0) === this.group.secretBytes;
  }

  free(): void {
    this.#dropKey();
    this.#lib.EVP_PKEY_CTX_free(this.#generator);
  }

  #decapsulate(context: number, peer: number, secret: number): boolean {
    const lib = this.#lib;
    return (
      lib.EVP_PKEY_decapsulate_init(context, 0) === 1 &&
      lib.EVP_PKEY_decapsulate(context, secret, this.#out.address, peer, this.group.peerBytes) === 1
    );
  }

  #exchange(context: number, peer: number, secret: number): boolean {
    const lib = this.#lib;
    const key = lib.EVP_PKEY_new();
    const isAgreed =
      lib.EVP_PKEY_copy_parameters(key, this.#key) === 1 &&
      lib.EVP_PKEY_set1_encoded_public_key(key, peer, this.group.peerBytes) === 1 &&
      lib.EVP_PKEY_derive_init(context) === 1 &&
      lib.EVP_PKEY_derive_set_peer(context, key) === 1 &&
      lib.EVP_PKEY_derive(context, secret, this.#out.address) === 1;
    lib.EVP_PKEY_free(key);
    return isAgreed;
  }

  #dropKey(): void {
    if (this.#key !== 0) this.#lib.EVP_PKEY_free(this.#key);
    this.#key = 0;
  }
}
