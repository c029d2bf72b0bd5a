import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../arena.ts';
import type { LibCrypto } from '../library.ts';
import type { Hash } from './hash.ts';

/** The bytes that a key is masked with (RFC 2104). */
const INNER = 0x3636_3636;
const OUTER = 0x5c5c_5c5c;

/** HMAC whose key is hashed once for as many messages as follow (RFC 2104). */
export class Hmac {
  readonly hash: Hash;
  readonly #memcpy: LibCrypto['memcpy'];
  readonly #block: NativeMemory;
  readonly #words: Uint32Array;
  readonly #digest: number;
  readonly #inner: number;
  readonly #outer: number;
  readonly #state: number;

  constructor(hash: Hash, lib: LibCrypto, arena: Arena) {
    this.hash = hash;
    this.#memcpy = lib.memcpy;
    this.#block = arena.allocate(hash.blockBytes);
    this.#words = new Uint32Array(this.#block.bytes.buffer, this.#block.bytes.byteOffset, hash.blockBytes / 4);
    this.#digest = arena.allocate(hash.digestBytes).address;
    this.#inner = hash.state();
    this.#outer = hash.state();
    this.#state = hash.state();
  }

  /** Sets the key, at most a block long: TLS has no longer ones. */
  key(address: number, length: number): void {
    const { hash } = this;
    const words = this.#words;
    if (length > hash.blockBytes) throw new RangeError('an HMAC key longer than a block');
    words.fill(0);
    this.#memcpy(this.#block.address, address, length);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ INNER;
    hash.init(this.#inner);
    hash.update(this.#inner, this.#block.address, hash.blockBytes);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ INNER ^ OUTER;
    hash.init(this.#outer);
    hash.update(this.#outer, this.#block.address, hash.blockBytes);
  }

  begin(): void {
    this.hash.copy(this.#state, this.#inner);
  }

  update(address: number, length: number): void {
    this.hash.update(this.#state, address, length);
  }

  /** Writes the code, `digestBytes` long. */
  end(out: number): void {
    const { hash } = this;
    hash.final(this.#state, this.#digest);
    hash.copy(this.#state, this.#outer);
    hash.update(this.#state, this.#digest, hash.digestBytes);
    hash.final(this.#state, out);
  }

  /** The code of one message under the key that is set. */
  of(address: number, length: number, out: number): void {
    this.begin();
    this.update(address, length);
    this.end(out);
  }
}
