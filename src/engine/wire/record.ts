import type { Protocol } from '../../domain/protocol.ts';
import { APPLICATION_DATA, RECORD_HEAD_BYTES, TLS_1_2 } from '../../tls/numbers.ts';
import type { NativeMemory } from '../ffi.ts';
import { NONCE_BYTES, TAG_BYTES, type Aead, type Sealed } from './crypto/aead.ts';
import type { Arena } from '../arena.ts';
import { fault } from './fault.ts';

/** The longest text of a record (RFC 8446, section 5.1). */
export const MOST_TEXT_BYTES = 16_384;

/** A protected record may be longer by this (RFC 8446, section 5.2; 2048 in TLS 1.2, which no AEAD needs). */
export const MOST_RECORD_BYTES = MOST_TEXT_BYTES + 256;

/** Sequence number, type, version, length: what TLS 1.2 authenticates beside the text. */
const EXTRA_12_BYTES = 13;

/** Bytes of the nonce that TLS 1.2 sends along with AES-GCM (RFC 5288). */
const EXPLICIT_BYTES = 8;

/** Protection of one direction of a connection. */
export class Direction {
  readonly memory: NativeMemory;
  readonly keyAt: number;
  readonly ivAt: number;
  aead: Aead | undefined;
  isTls13 = true;
  sequence = 0;
  /** True once it has the keys of TLS 1.3 for what comes after the handshake. */
  hasLastKeys = false;

  constructor(memory: NativeMemory, keyAt: number, ivAt: number) {
    this.memory = memory;
    this.keyAt = keyAt;
    this.ivAt = ivAt;
  }

  unprotect(): void {
    this.aead = undefined;
    this.hasLastKeys = false;
  }

  /** Begins to protect with the key and IV that now stand in memory. */
  protect(aead: Aead, protocol: Protocol): void {
    this.aead = aead;
    this.isTls13 = protocol === 'TLSv1.3';
    this.sequence = 0;
  }

  get explicitBytes(): number {
    return !this.isTls13 && this.aead !== undefined && this.aead.name !== 'ChaCha20-Poly1305' ? EXPLICIT_BYTES : 0;
  }
}

/** Opens and seals records in place. One for all connections of an engine: what it says of a record is valid until the next. */
export class Records {
  /** Type of the last record opened, and the range of its text. */
  type = 0;
  start = 0;
  end = 0;
  readonly #nonce: NativeMemory;
  readonly #extra: NativeMemory;
  readonly #sealed: Sealed = { key: 0, nonce: 0, extra: 0, extraBytes: 0, text: 0, textBytes: 0 };

  constructor(arena: Arena) {
    this.#nonce = arena.allocate(NONCE_BYTES);
    this.#extra = arena.allocate(EXTRA_12_BYTES);
  }

  /** Opens the record whose header begins at an offset and whose body has a length. */
  open(direction: Direction, memory: NativeMemory, at: number, length: number): void {
    const { aead } = direction;
    this.type = memory.bytes[at] ?? 0;
    this.start = at + RECORD_HEAD_BYTES;
    this.end = this.start + length;
    if (aead === undefined) {
      if (length > MOST_TEXT_BYTES) throw fault('record_overflow');
      return;
    }
    const { explicitBytes } = direction;
    const textBytes = length - explicitBytes - TAG_BYTES;
    if (textBytes < 0) throw fault('bad_record');
    if (textBytes > MOST_TEXT_BYTES + (direction.isTls13 ? 1 : 0)) throw fault('record_overflow');
    this.#prepare(direction, memory, at, textBytes);
    if (!aead.open(this.#sealed)) throw fault('bad_record');
    direction.sequence += 1;
    this.start += explicitBytes;
    this.end = this.start + textBytes;
    if (direction.isTls13) this.#findType(memory.bytes);
  }

  /** Returns how many bytes precede the text of a record. */
  headBytes(direction: Direction): number {
    return RECORD_HEAD_BYTES + direction.explicitBytes;
  }

  /**
   * Seals the text that begins `headBytes` after an offset; room for a type and a tag must follow it.
   *
   * @returns the length of the whole record.
   */
  seal(direction: Direction, type: number, memory: NativeMemory, at: number, length: number): number {
    const { aead, isTls13, explicitBytes } = direction;
    const { bytes } = memory;
    if (aead === undefined) {
      putHeader(bytes, at, type, length);
      return RECORD_HEAD_BYTES + length;
    }
    const textBytes = isTls13 ? length + 1 : length;
    // TLS 1.3 hides the type after the text (RFC 8446, section 5.2).
    if (isTls13) bytes[at + RECORD_HEAD_BYTES + length] = type;
    putHeader(bytes, at, isTls13 ? APPLICATION_DATA : type, explicitBytes + textBytes + TAG_BYTES);
    // The sequence number is as good a nonce as any (RFC 5288, section 3).
    for (let i = 0; i < explicitBytes; i++) bytes[at + RECORD_HEAD_BYTES + i] = sequenceByte(direction.sequence, i);
    this.#prepare(direction, memory, at, textBytes);
    aead.seal(this.#sealed);
    direction.sequence += 1;
    return RECORD_HEAD_BYTES + explicitBytes + textBytes + TAG_BYTES;
  }

  #prepare(direction: Direction, memory: NativeMemory, at: number, textBytes: number): void {
    const sealed = this.#sealed;
    const { explicitBytes } = direction;
    this.#putNonce(direction, memory.bytes, at + RECORD_HEAD_BYTES);
    sealed.key = direction.memory.address + direction.keyAt;
    sealed.nonce = this.#nonce.address;
    sealed.text = memory.address + at + RECORD_HEAD_BYTES + explicitBytes;
    sealed.textBytes = textBytes;
    if (direction.isTls13) {
      sealed.extra = memory.address + at;
      sealed.extraBytes = RECORD_HEAD_BYTES;
      return;
    }
    const extra = this.#extra.bytes;
    for (let i = 0; i < 8; i++) extra[i] = sequenceByte(direction.sequence, i);
    putHeader(extra, 8, memory.bytes[at] ?? 0, textBytes);
    sealed.extra = this.#extra.address;
    sealed.extraBytes = EXTRA_12_BYTES;
  }

  /** The IV and the sequence number together (RFC 8446, section 5.3; RFC 7905), or a salt and what the record brings (RFC 5288). */
  #putNonce({ memory, ivAt, sequence, explicitBytes }: Direction, record: Uint8Array, explicitAt: number): void {
    const nonce = this.#nonce.bytes;
    for (let i = 0; i < NONCE_BYTES; i++) nonce[i] = memory.bytes[ivAt + i] ?? 0;
    for (let i = 0; i < 8; i++) {
      nonce[4 + i] = explicitBytes > 0 ? (record[explicitAt + i] ?? 0) : (nonce[4 + i] ?? 0) ^ sequenceByte(sequence, i);
    }
  }

  #findType(bytes: Uint8Array): void {
    let { end } = this;
    while (end > this.start && bytes[end - 1] === 0) end -= 1;
    if (end === this.start) throw fault('unexpected_message');
    this.type = bytes[end - 1] ?? 0;
    this.end = end - 1;
  }
}

const putHeader = (bytes: Uint8Array, at: number, type: number, length: number): void => {
  bytes[at] = type;
  bytes[at + 1] = TLS_1_2 >> 8;
  bytes[at + 2] = TLS_1_2 & 0xff;
  bytes[at + 3] = length >> 8;
  bytes[at + 4] = length & 0xff;
};

/** A byte of a sequence number in 8 bytes; a connection of ours has few records. */
const sequenceByte = (sequence: number, i: number): number => (i < 4 ? 0 : (sequence >>> (8 * (7 - i))) & 0xff);
