import { APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, MESSAGE_HEAD_BYTES } from '../../tls/numbers.ts';
import type { NativeMemory } from '../ffi.ts';
import { MOST_TEXT_BYTES, type Direction, type Records } from './record.ts';
import type { Transcript } from './transcript.ts';

/** Collects the records that go out with the next write, one after another in the shared output. */
export class OutgoingFlight {
  length = 0;
  readonly memory: NativeMemory;
  readonly #records: Records;

  constructor(memory: NativeMemory, records: Records) {
    this.memory = memory;
    this.#records = records;
  }

  /** Puts bytes that are whole records already. */
  put(bytes: Uint8Array, length: number): void {
    this.memory.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.length);
    this.length += length;
  }

  /** Returns the offset at which the body of the next record's handshake message is to be written. */
  bodyAt(direction: Direction): number {
    return this.length + this.#records.headBytes(direction) + MESSAGE_HEAD_BYTES;
  }

  /** Ends the handshake message whose body has been written: into the transcript, if it goes on, and sealed. */
  message(direction: Direction, transcript: Transcript | undefined, type: number, bodyBytes: number): void {
    const at = this.length + this.#records.headBytes(direction);
    const { bytes, address } = this.memory;
    bytes[at] = type;
    bytes[at + 1] = bodyBytes >> 16;
    bytes[at + 2] = (bodyBytes >> 8) & 0xff;
    bytes[at + 3] = bodyBytes & 0xff;
    transcript?.update(address + at, MESSAGE_HEAD_BYTES + bodyBytes);
    this.record(direction, HANDSHAKE, MESSAGE_HEAD_BYTES + bodyBytes);
  }

  /** Returns the offset at which the text of the next record is to be written. */
  textAt(direction: Direction): number {
    return this.length + this.#records.headBytes(direction);
  }

  /** Ends the record whose text has been written. */
  record(direction: Direction, type: number, textBytes: number): void {
    this.length += this.#records.seal(direction, type, this.memory, this.length, textBytes);
  }

  /** Sends text of the application (Latin-1), in as many records as it takes. */
  text(direction: Direction, text: string): void {
    for (let from = 0; from < text.length; from += MOST_TEXT_BYTES) {
      const piece = text.slice(from, from + MOST_TEXT_BYTES);
      this.record(direction, APPLICATION_DATA, this.memory.bytes.write(piece, this.textAt(direction), 'latin1'));
    }
  }

  /** Always in the clear; in TLS 1.3 it only calms middleboxes (RFC 8446, appendix D.4). */
  changeCipherSpec(): void {
    this.put(CHANGE_CIPHER_SPEC_RECORD, CHANGE_CIPHER_SPEC_RECORD.length);
  }
}

const CHANGE_CIPHER_SPEC_RECORD = Uint8Array.of(CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1);
