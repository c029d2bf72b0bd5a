import { EARLY_DATA } from '../../tls/numbers.ts';
import { allocate } from '../ffi.ts';
import type { Reader } from './reader.ts';
import { MOST_TICKET_BYTES } from './session.ts';

/** Most tickets and their nonces fit in here; the memory grows with a longer one. */
const USUAL_BYTES = 512;

/** The newest ticket of a connection, kept as bytes until somebody asks for the session. */
export class NewTicket {
  /** Tickets that can be offered. */
  count = 0;
  lifetimeS = 0;
  ageAdd = 0;
  maxEarlyData = 0;
  #memory = allocate(USUAL_BYTES);
  #ticketBytes = 0;
  #nonceBytes = 0;

  reset(): void {
    this.count = 0;
    this.#ticketBytes = 0;
    this.lifetimeS = 0;
    this.maxEarlyData = 0;
    this.ageAdd = 0;
  }

  get ticketBytes(): number {
    return this.#ticketBytes;
  }

  /** A copy of the ticket; empty when there is none. */
  get bytes(): Uint8Array {
    return this.#memory.bytes.subarray(this.#nonceBytes, this.#nonceBytes + this.#ticketBytes);
  }

  get nonce(): { readonly address: number; readonly length: number } {
    return { address: this.#memory.address, length: this.#nonceBytes };
  }

  /** RFC 8446, section 4.6.1. A lifetime of 0 means to throw it away at once. */
  read13(reader: Reader): void {
    this.lifetimeS = reader.u32();
    this.ageAdd = reader.u32();
    const nonceBytes = reader.u8();
    const nonceAt = reader.skip(nonceBytes);
    const ticketBytes = reader.u16();
    const ticketAt = reader.skip(ticketBytes);
    this.maxEarlyData = 0;
    const message = reader.enter(reader.u16());
    while (reader.left > 0) {
      const type = reader.u16();
      const extensions = reader.enter(reader.u16());
      if (type === EARLY_DATA) this.maxEarlyData = reader.u32();
      else reader.skip(reader.left);
      reader.leave(extensions);
    }
    reader.leave(message);
    reader.finish();
    if (this.lifetimeS === 0 || ticketBytes === 0) return;
    this.#keep(reader.bytes, { nonceAt, nonceBytes, ticketAt, ticketBytes });
  }

  /** RFC 5077, section 3.3. An empty ticket means that the server changed its mind. */
  read12(reader: Reader): void {
    this.lifetimeS = reader.u32();
    const ticketBytes = reader.u16();
    const ticketAt = reader.skip(ticketBytes);
    reader.finish();
    if (ticketBytes > 0) this.#keep(reader.bytes, { nonceAt: 0, nonceBytes: 0, ticketAt, ticketBytes });
  }

  #keep(
    bytes: Uint8Array,
    {
      nonceAt,
      nonceBytes,
      ticketAt,
      ticketBytes,
    }: Readonly<Record<'nonceAt' | 'nonceBytes' | 'ticketAt' | 'ticketBytes', number>>,
  ): void {
    if (ticketBytes > MOST_TICKET_BYTES) return;
    if (nonceBytes + ticketBytes > this.#memory.bytes.length) this.#memory = allocate(nonceBytes + ticketBytes);
    this.#memory.bytes.set(bytes.subarray(nonceAt, nonceAt + nonceBytes));
    this.#memory.bytes.set(bytes.subarray(ticketAt, ticketAt + ticketBytes), nonceBytes);
    this.#nonceBytes = nonceBytes;
    this.#ticketBytes = ticketBytes;
    this.count += 1;
  }
}
