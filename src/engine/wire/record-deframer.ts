import { RECORD_HEAD_BYTES } from '../../tls/numbers.ts';
import type { NativeMemory } from '../ffi.ts';
import { fault } from './fault.ts';
import { MOST_RECORD_BYTES } from './record.ts';

/** Takes one whole record by the place of its header and the length of its body. */
export type RecordListener = (memory: NativeMemory, at: number, length: number) => void;

/** Cuts the bytes of a connection into records, in whatever pieces they come. A record that lies whole in one piece is not copied. */
export class RecordDeframer {
  readonly #onRecord: RecordListener;
  readonly #buffer: NativeMemory;
  #rest: Buffer | undefined;
  #restBytes = 0;

  constructor(buffer: NativeMemory, onRecord: RecordListener) {
    this.#buffer = buffer;
    this.#onRecord = onRecord;
  }

  reset(): void {
    this.#restBytes = 0;
  }

  /** @throws Fault when the bytes are no TLS. */
  receive(input: NativeMemory, length: number): void {
    if (this.#restBytes === 0) {
      this.#keep(input, this.#receiveWhole(input, length), length);
      return;
    }
    const buffer = this.#buffer;
    this.#rest?.copy(buffer.bytes, 0, 0, this.#restBytes);
    input.bytes.copy(buffer.bytes, this.#restBytes, 0, length);
    const end = this.#restBytes + length;
    this.#restBytes = 0;
    this.#keep(buffer, this.#receiveWhole(buffer, end), end);
  }

  /** @returns where the first record begins that is not all there. */
  #receiveWhole(memory: NativeMemory, end: number): number {
    const { bytes } = memory;
    let at = 0;
    while (end - at >= RECORD_HEAD_BYTES) {
      const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
      if (bytes[at + 1] !== 3) throw fault('not_tls');
      if (length > MOST_RECORD_BYTES) throw fault('record_overflow');
      if (end - at - RECORD_HEAD_BYTES < length) break;
      this.#onRecord(memory, at, length);
      at += RECORD_HEAD_BYTES + length;
    }
    return at;
  }

  #keep({ bytes }: NativeMemory, from: number, to: number): void {
    if (from === to) return;
    this.#rest ??= Buffer.alloc(RECORD_HEAD_BYTES + MOST_RECORD_BYTES);
    bytes.copy(this.#rest, 0, from, to);
    this.#restBytes = to - from;
  }
}
