import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import type { LibCrypto } from '../library.ts';
import type { Hash, HashState } from './hash.ts';

/** The bytes that a key is masked with (RFC 2104). */
const INNER = 0x3636_3636;
const OUTER = 0x5c5c_5c5c;

/** A key that has been hashed. */
export interface HashedKey {
  readonly inner: Uint32Array;
  readonly outer: Uint32Array;
}

/** HMAC whose key is hashed once for as many messages as follow (RFC 2104). */
export class Hmac {
  readonly hash: Hash;
  readonly #memcpy: LibCrypto['memcpy'];
  readonly #block: NativeMemory;
  readonly #words: Uint32Array;
  /** States of the two hashes after the key, and those that go on from there. */
  readonly #innerKey: HashState;
  readonly #outerKey: HashState;
  readonly #inner: HashState;
  readonly #outer: HashState;

  constructor(hash: Hash, lib: LibCrypto, arena: Arena) {
    this.hash = hash;
    this.#memcpy = lib.memcpy;
    this.#block = arena.allocate(hash.blockBytes);
    this.#words = new Uint32Array(this.#block.bytes.buffer, this.#block.bytes.byteOffset, hash.blockBytes / 4);
    this.#innerKey = hash.state();
    this.#outerKey = hash.state();
    this.#inner = hash.state();
    this.#outer = hash.state();
  }

  /** Sets the key, at most a block long: TLS has no longer ones. */
  key(address: number, length: number): void {
    const { hash } = this;
    const words = this.#words;
    if (length > hash.blockBytes) throw new RangeError('an HMAC key longer than a block');
    for (let i = 0; i < words.length; i++) words[i] = 0;
    this.#memcpy(this.#block.address, address, length);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ INNER;
    hash.init(this.#innerKey);
    hash.update(this.#innerKey, this.#block.address, hash.blockBytes);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ INNER ^ OUTER;
    hash.init(this.#outerKey);
    hash.update(this.#outerKey, this.#block.address, hash.blockBytes);
  }

  /** The key that is set, to be set again by `restore` without being hashed; `undefined` where the library does not let it be kept. */
  hashedKey(): HashedKey | undefined {
    const inner = this.hash.words(this.#innerKey);
    const outer = this.hash.words(this.#outerKey);
    return inner === undefined || outer === undefined ? undefined : { inner, outer };
  }

  restore({ inner, outer }: HashedKey): void {
    this.hash.restore(this.#innerKey, inner);
    this.hash.restore(this.#outerKey, outer);
  }

  /** Writes the code of a message under the key that is set, `digestBytes` long. */
  of(address: number, length: number, out: number): void {
    const { hash } = this;
    hash.copy(this.#inner, this.#innerKey);
    hash.update(this.#inner, address, length);
    hash.copy(this.#outer, this.#outerKey);
    hash.finalThrough(this.#inner, this.#outer, out);
  }
}
