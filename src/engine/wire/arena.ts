import { allocate, type NativeMemory } from '../ffi.ts';

/** Memory is asked for in pieces of this size: one call for some dozens of slots. */
const CHUNK_BYTES = 262_144;

/** Every region begins on a cache line. */
const ALIGNMENT = 64;

/**
 * Native memory that lives as long as the engine: what is preallocated for slots and for the working states of the primitives. Nothing is
 * ever given back, so that an address stays true.
 */
export class Arena {
  #chunk: NativeMemory | undefined;
  #used = 0;
  /** Addresses are plain numbers: this keeps what they point to alive. */
  readonly #chunks: NativeMemory[] = [];

  allocate(size: number): NativeMemory {
    const rounded = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    if (rounded > CHUNK_BYTES) return this.#keep(allocate(rounded));
    if (this.#chunk === undefined || this.#used + rounded > CHUNK_BYTES) {
      this.#chunk = this.#keep(allocate(CHUNK_BYTES));
      this.#used = 0;
    }
    const region = {
      bytes: this.#chunk.bytes.subarray(this.#used, this.#used + size),
      address: this.#chunk.address + this.#used,
    };
    this.#used += rounded;
    return region;
  }

  #keep(memory: NativeMemory): NativeMemory {
    this.#chunks.push(memory);
    return memory;
  }
}
