import type { UnusableReason } from '../../domain/judgement.ts';
import { EARLY_DATA } from '../../tls/numbers.ts';
import { allocate } from '../ffi.ts';
import { copyBytes, copyOf } from './copy.ts';
import type { Reader } from './reader.ts';

/** Most tickets and their nonces fit in here; the memory grows with a longer one. */
const USUAL_BYTES = 512;

/** The newest ticket of a connection, kept as bytes until somebody asks for the session. */
export class NewTicket {
  /** Tickets that can be offered. */
  count = 0;
  /** The reason why the newest of those that cannot be is not kept. */
  unusable: UnusableReason | undefined;
  lifetimeS = 0;
  ageAdd = 0;
  maxEarlyData = 0;
  #memory = allocate(USUAL_BYTES);
  #ticketBytes = 0;
  #nonceBytes = 0;

  reset(): void {
    this.count = 0;
    this.unusable = undefined;
    this.#ticketBytes = 0;
    this.lifetimeS = 0;
    this.maxEarlyData = 0;
    this.ageAdd = 0;
  }

  get ticketBytes(): number {
    return this.#ticketBytes;
  }

  /** A copy of the ticket; empty when there is none. */
  bytes(): Uint8Array {
    return copyOf(this.#memory.bytes, this.#nonceBytes, this.#ticketBytes);
  }

  get nonce(): { readonly address: number; readonly length: number } {
    return { address: this.#memory.address, length: this.#nonceBytes };
  }

  /** RFC 8446, section 4.6.1. One that cannot be offered is thrown away at once: an earlier one stays the newest. */
  read13(reader: Reader, mostBytes: number): void {
    const lifetimeS = reader.u32();
    const ageAdd = reader.u32();
    const nonceBytes = reader.u8();
    const nonceAt = reader.skip(nonceBytes);
    const ticketBytes = reader.u16();
    const ticketAt = reader.skip(ticketBytes);
    let maxEarlyData = 0;
    const message = reader.enter(reader.u16());
    while (reader.left > 0) {
      const type = reader.u16();
      const extensions = reader.enter(reader.u16());
      if (type === EARLY_DATA) maxEarlyData = reader.u32();
      else reader.skip(reader.left);
      reader.leave(extensions);
    }
    reader.leave(message);
    reader.finish();
    if (lifetimeS === 0) this.unusable = 'ticket-lifetime-zero';
    else this.#keep(reader.bytes, { lifetimeS, ageAdd, maxEarlyData, nonceAt, nonceBytes, ticketAt, ticketBytes }, mostBytes);
  }

  /** RFC 5077, section 3.3. An empty ticket means that the server changed its mind. */
  read12(reader: Reader, mostBytes: number): void {
    const lifetimeS = reader.u32();
    const ticketBytes = reader.u16();
    const ticketAt = reader.skip(ticketBytes);
    reader.finish();
    const given = { lifetimeS, ageAdd: 0, maxEarlyData: 0, nonceAt: 0, nonceBytes: 0, ticketAt, ticketBytes };
    this.#keep(reader.bytes, given, mostBytes);
  }

  #keep(bytes: Uint8Array, given: Given, mostBytes: number): void {
    const { nonceAt, nonceBytes, ticketAt, ticketBytes } = given;
    if (ticketBytes > mostBytes) this.unusable = 'ticket-too-long';
    if (ticketBytes === 0 || ticketBytes > mostBytes) return;
    if (nonceBytes + ticketBytes > this.#memory.bytes.length) this.#memory = allocate(nonceBytes + ticketBytes);
    copyBytes(this.#memory.bytes, 0, bytes, nonceAt, nonceBytes);
    copyBytes(this.#memory.bytes, nonceBytes, bytes, ticketAt, ticketBytes);
    this.#nonceBytes = nonceBytes;
    this.#ticketBytes = ticketBytes;
    this.lifetimeS = given.lifetimeS;
    this.ageAdd = given.ageAdd;
    this.maxEarlyData = given.maxEarlyData;
    this.count += 1;
  }
}

/** Content of a message that brings a ticket, with the offsets of the ticket and its nonce. */
type Given = Readonly<
  Record<'lifetimeS' | 'ageAdd' | 'maxEarlyData' | 'nonceAt' | 'nonceBytes' | 'ticketAt' | 'ticketBytes', number>
>;
