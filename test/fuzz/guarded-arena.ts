import type { NativeMemory } from '../../src/engine/ffi.ts';
import { Arena } from '../../src/engine/arena.ts';

const GUARD_BYTES = 64;

/** An arena whose every region lies between guards: who writes beyond an edge leaves a trace. */
export class GuardedArena extends Arena {
  readonly #guards: Buffer[] = [];

  override allocate(size: number): NativeMemory {
    const region = super.allocate(size + 2 * GUARD_BYTES);
    for (const at of [0, GUARD_BYTES + size]) {
      const guard = region.bytes.subarray(at, at + GUARD_BYTES);
      INTACT.copy(guard);
      this.#guards.push(guard);
    }
    return { bytes: region.bytes.subarray(GUARD_BYTES, GUARD_BYTES + size), address: region.address + GUARD_BYTES };
  }

  /** Whether nobody has written over an edge. */
  get isIntact(): boolean {
    return this.#guards.every((guard) => guard.equals(INTACT));
  }
}

const INTACT = Buffer.alloc(GUARD_BYTES, 0xa5);
