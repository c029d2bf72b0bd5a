import type { NativeMemory } from '../../ffi.ts';
import type { Arena } from '../../arena.ts';
import type { LibCrypto } from '../library.ts';

/** Drawn from the library at once: a single draw of 32 bytes costs 0.3 to 0.5 us, a thousand of them hardly more. */
const POOL_BYTES = 8192;

/** Random bytes. A test gives a source of its own, and then a handshake repeats itself byte for byte. */
export interface Entropy {
  /** Fills a part of a memory. */
  fill(memory: NativeMemory, at: number, length: number): void;
}

export class LibraryEntropy implements Entropy {
  readonly #lib: LibCrypto;
  readonly #pool: NativeMemory;
  #used = POOL_BYTES;

  constructor(lib: LibCrypto, arena: Arena) {
    this.#lib = lib;
    this.#pool = arena.allocate(POOL_BYTES);
  }

  fill({ address }: NativeMemory, at: number, length: number): void {
    if (length > POOL_BYTES) throw new RangeError('more random bytes than the pool holds');
    if (this.#used + length > POOL_BYTES) {
      if (this.#lib.RAND_bytes(this.#pool.address, POOL_BYTES) !== 1) throw new RangeError('the library gave no random bytes');
      this.#used = 0;
    }
    this.#lib.memcpy(address + at, this.#pool.address + this.#used, length);
    this.#used += length;
  }
}
