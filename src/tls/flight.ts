import { CHANGE_CIPHER_SPEC, HANDSHAKE, MESSAGE_HEAD_BYTES, RECORD_HEAD_BYTES } from './numbers.ts';

/** Messages are cut to this, in whatever pieces they come: a ClientHello with post-quantum shares and a ticket is below 4 KiB. */
export const MAX_MESSAGE_BYTES = 16_384;

/** Receives a plaintext handshake message: its body stands in `bytes` from `start` to `end`, only during the call. */
export type MessageListener = (type: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * Cuts the bytes of one direction of a connection into handshake messages, until the direction is encrypted.
 *
 * The bytes may be split anywhere, as TCP does. A message that lies whole in one piece is not copied, and nothing is allocated.
 */
export class FlightReader {
  readonly #onMessage: MessageListener;
  #recordType = 0;
  /** The last bytes of the record's header, and how many have come. */
  #recordHead = 0;
  #recordHave = 0;
  /** Bytes of its body that have not come. */
  #recordLeft = 0;
  #messageType = 0;
  #messageHave = 0;
  #bodyLeft = 0;
  /** Collects a message that comes in pieces. */
  #body: Uint8Array | undefined;
  #bodyHave = 0;
  #isEncrypted = false;
  /** After a HelloRetryRequest a ChangeCipherSpec is a decoy for middleboxes (RFC 8446, appendix D.4). */
  expectsDecoy = false;

  constructor(onMessage: MessageListener) {
    this.#onMessage = onMessage;
  }

  /** True once the plaintext of this direction has ended. */
  get isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  reset(): void {
    this.#recordHave = 0;
    this.#recordLeft = 0;
    this.#messageHave = 0;
    this.#bodyLeft = 0;
    this.#bodyHave = 0;
    this.#isEncrypted = false;
    this.expectsDecoy = false;
  }

  /** Reads no further: what follows is encrypted. */
  stop(): void {
    this.#isEncrypted = true;
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isEncrypted) {
      if (this.#recordLeft === 0) {
        this.#readRecordHead(bytes[at++] ?? 0);
        continue;
      }
      const upTo = Math.min(end, at + this.#recordLeft);
      this.#recordLeft -= upTo - at;
      if (this.#recordType === HANDSHAKE) this.#readMessages(bytes, at, upTo);
      at = upTo;
    }
  }

  /** Type, version (2 bytes), length (2 bytes). */
  #readRecordHead(byte: number): void {
    if (this.#recordHave === 0) this.#recordType = byte;
    this.#recordHead = (this.#recordHead << 8) | byte;
    this.#recordHave += 1;
    if (this.#recordHave < RECORD_HEAD_BYTES) return;
    this.#recordHave = 0;
    this.#recordLeft = this.#recordHead & 0xffff;
    if (this.#recordType === CHANGE_CIPHER_SPEC && !this.expectsDecoy) this.#isEncrypted = true;
  }

  #readMessages(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isEncrypted) {
      if (this.#messageHave < MESSAGE_HEAD_BYTES) {
        this.#readMessageHead(bytes[at++] ?? 0);
        if (this.#messageHave < MESSAGE_HEAD_BYTES) continue;
        // An empty body (ServerHelloDone) ends with its header, which may end the piece too.
        if (this.#bodyLeft === 0) this.#deliver(bytes, at, at);
        continue;
      }
      const take = Math.min(end - at, this.#bodyLeft);
      if (this.#bodyHave === 0 && take === this.#bodyLeft) this.#deliver(bytes, at, at + Math.min(take, MAX_MESSAGE_BYTES));
      else this.#collect(bytes, at, take);
      at += take;
    }
  }

  /** Type, length (3 bytes). */
  #readMessageHead(byte: number): void {
    if (this.#messageHave === 0) {
      this.#messageType = byte;
      this.#bodyLeft = 0;
      this.#bodyHave = 0;
    } else this.#bodyLeft = (this.#bodyLeft << 8) | byte;
    this.#messageHave += 1;
  }

  #collect(bytes: Uint8Array, at: number, take: number): void {
    this.#body ??= new Uint8Array(MAX_MESSAGE_BYTES);
    for (let i = 0; i < take; i++) {
      if (this.#bodyHave + i < MAX_MESSAGE_BYTES) this.#body[this.#bodyHave + i] = bytes[at + i] ?? 0;
    }
    this.#bodyHave += take;
    this.#bodyLeft -= take;
    if (this.#bodyLeft === 0) this.#deliver(this.#body, 0, Math.min(this.#bodyHave, MAX_MESSAGE_BYTES));
  }

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    this.#messageHave = 0;
    this.#onMessage(this.#messageType, bytes, start, end);
  }
}
