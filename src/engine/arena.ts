import { reserve, type NativeMemory, type ReservedMemory } from './ffi.ts';

/** Memory is asked for in pieces of this size: one call for some dozens of slots. */
const CHUNK_BYTES = 262_144;

/** Every region begins on a cache line. */
const ALIGNMENT = 64;

/**
 * Native memory that lives as long as an engine: what is preallocated for slots, sockets and the working states of the primitives. An
 * address stays true until all of it is freed at once.
 */
export class Arena {
  #chunk: ReservedMemory | undefined;
  #used = 0;
  readonly #chunks: ReservedMemory[] = [];

  allocate(size: number): NativeMemory {
    const rounded = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    if (rounded > CHUNK_BYTES) return this.#keep(reserve(rounded));
    if (this.#chunk === undefined || this.#used + rounded > CHUNK_BYTES) {
      this.#chunk = this.#keep(reserve(CHUNK_BYTES));
      this.#used = 0;
    }
    const region = {
      bytes: this.#chunk.bytes.subarray(this.#used, this.#used + size),
      address: this.#chunk.address + this.#used,
    };
    this.#used += rounded;
    return region;
  }

  /** Frees everything; what was allocated must not be used any more. */
  free(): void {
    for (const chunk of this.#chunks.splice(0)) chunk.giveBack();
    this.#chunk = undefined;
  }

  #keep(memory: ReservedMemory): ReservedMemory {
    this.#chunks.push(memory);
    return memory;
  }
}
