import { CHANGE_CIPHER_SPEC, HANDSHAKE } from './numbers.ts';

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
  readonly #record = new Uint8Array(5);
  readonly #message = new Uint8Array(4);
  readonly #body = new Uint8Array(MAX_MESSAGE_BYTES);
  #recordHave = 0;
  #recordLeft = 0;
  #messageHave = 0;
  #bodyLeft = 0;
  #bodyHave = 0;
  #isEncrypted = false;
  /** After a HelloRetryRequest a ChangeCipherSpec is a decoy for middleboxes (RFC 8446, appendix D.4). */
  expectsDecoy = false;

  constructor(onMessage: MessageListener) {
    this.#onMessage = onMessage;
  }

  /** Whether the plaintext of this direction has ended. */
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
        at = this.#readRecordHeader(bytes, at, end);
        continue;
      }
      const upTo = Math.min(end, at + this.#recordLeft);
      this.#recordLeft -= upTo - at;
      if (this.#record[0] === HANDSHAKE) this.#readMessages(bytes, at, upTo);
      at = upTo;
    }
  }

  #readRecordHeader(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#recordHave < 5) this.#record[this.#recordHave++] = bytes[at++] ?? 0;
    if (this.#recordHave < 5) return at;
    this.#recordHave = 0;
    this.#recordLeft = u16(this.#record, 3);
    if (this.#record[0] === CHANGE_CIPHER_SPEC && !this.expectsDecoy) this.#isEncrypted = true;
    return at;
  }

  #readMessages(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isEncrypted) {
      if (this.#messageHave < 4) {
        this.#message[this.#messageHave++] = bytes[at++] ?? 0;
        if (this.#messageHave < 4) continue;
        this.#bodyLeft = ((this.#message[1] ?? 0) << 16) | u16(this.#message, 2);
        this.#bodyHave = 0;
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

  #collect(bytes: Uint8Array, at: number, take: number): void {
    for (let i = 0; i < take; i++) {
      if (this.#bodyHave + i < MAX_MESSAGE_BYTES) this.#body[this.#bodyHave + i] = bytes[at + i] ?? 0;
    }
    this.#bodyHave += take;
    this.#bodyLeft -= take;
    if (this.#bodyLeft === 0) this.#deliver(this.#body, 0, Math.min(this.#bodyHave, MAX_MESSAGE_BYTES));
  }

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    this.#messageHave = 0;
    this.#onMessage(this.#message[0] ?? 0, bytes, start, end);
  }
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
