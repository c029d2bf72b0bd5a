import { MESSAGE_HEAD_BYTES } from '../../tls/numbers.ts';
import { allocate, type NativeMemory } from '../ffi.ts';
import { fault } from './fault.ts';

/** The longest handshake message that is taken: a chain of certificates, which libssl limits to 100 KiB. */
const MOST_MESSAGE_BYTES = 131_072;

const FIRST_BYTES = 4096;

/** Given back at the end of a connection: a slot that once saw a long chain need not keep the room. */
const KEPT_BYTES = 16_384;

/** Pieces of handshake messages that were cut by records, put together in memory of its own that grows with them. */
export class MessageJoiner {
  memory: NativeMemory = allocate(FIRST_BYTES);
  length = 0;

  reset(): void {
    this.length = 0;
    if (this.memory.bytes.length > KEPT_BYTES) this.memory = allocate(FIRST_BYTES);
  }

  /** Appends a piece. @throws Fault when the message is longer than any that is taken. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.memory.bytes.length) this.#grow(needed);
    this.memory.bytes.set(bytes.subarray(start, end), this.length);
    this.length = needed;
  }

  /** Takes away what has been read from the front. */
  drop(bytes: number): void {
    this.memory.bytes.copyWithin(0, bytes, this.length);
    this.length -= bytes;
  }

  #grow(needed: number): void {
    if (needed > MOST_MESSAGE_BYTES) throw fault('message_too_long');
    const larger = allocate(Math.min(MOST_MESSAGE_BYTES, Math.max(needed, 2 * this.memory.bytes.length)));
    this.memory.bytes.copy(larger.bytes, 0, 0, this.length);
    this.memory = larger;
  }
}

/** Returns the length of the message whose header begins at an offset, 0 when the header is incomplete. @throws Fault when it is too long. */
export const messageBytes = (bytes: Uint8Array, at: number, end: number): number => {
  if (end - at < MESSAGE_HEAD_BYTES) return 0;
  const length = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  if (length > MOST_MESSAGE_BYTES - MESSAGE_HEAD_BYTES) throw fault('message_too_long');
  return MESSAGE_HEAD_BYTES + length;
};
