import type { NativeMemory } from '../ffi.ts';
import { fault } from './fault.ts';

const NO_BYTES = new Uint8Array();

/**
 * Reads what a peer wrote. Every access is checked against the end of what is being read: no length that a peer sends leads outside.
 *
 * One reader serves all messages of an engine, one after another.
 */
export class Reader {
  bytes: Uint8Array = NO_BYTES;
  at = 0;
  end = 0;
  #address = 0;

  over(memory: NativeMemory, start: number, end: number): void {
    if (start > end || end > memory.bytes.length) throw fault('internal_error');
    this.bytes = memory.bytes;
    this.#address = memory.address;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Returns the native address of an offset. */
  address(at: number): number {
    return this.#address + at;
  }

  u8(): number {
    return this.bytes[this.skip(1)] ?? 0;
  }

  u16(): number {
    const at = this.skip(2);
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }

  u24(): number {
    return (this.u8() << 16) | this.u16();
  }

  u32(): number {
    return this.u16() * 65_536 + this.u16();
  }

  /** Goes past so many bytes. @returns where they begin. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw fault('decode_error');
    this.at = start + length;
    return start;
  }

  /** Enters a vector of so many bytes. @returns what `leave` needs. */
  enter(length: number): number {
    const outer = this.end;
    if (length > outer - this.at) throw fault('decode_error');
    this.end = this.at + length;
    return outer;
  }

  /** Leaves a vector that must have been read whole. */
  leave(outer: number): void {
    this.finish();
    this.end = outer;
  }

  /** Checks that nothing is left to read. */
  finish(): void {
    if (this.at !== this.end) throw fault('decode_error');
  }
}
