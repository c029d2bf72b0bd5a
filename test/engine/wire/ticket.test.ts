import { expect, it } from 'vitest';
import { allocate } from '../../../src/engine/ffi.ts';
import { Reader } from '../../../src/engine/wire/reader.ts';
import { NewTicket } from '../../../src/engine/wire/ticket.ts';
import { join, u8, u32, vector16, vector8 } from '../../fuzz/bytes.ts';

/** The longest ticket that the client could offer. */
const MOST_BYTES = 20;

const readerOf = (message: Buffer): Reader => {
  const memory = allocate(message.length);
  memory.bytes.set(message);
  const reader = new Reader();
  reader.over(memory, 0, message.length);
  return reader;
};

/** The body of a NewSessionTicket of TLS 1.3 (RFC 8446, section 4.6.1). */
const message13 = ({ lifetimeS, ageAdd, ticket }: { lifetimeS: number; ageAdd: number; ticket: string }): Buffer =>
  join(u32(lifetimeS), u32(ageAdd), vector8(u8(ticket.length)), vector16(Buffer.from(ticket)), vector16());

/** The body of a NewSessionTicket of TLS 1.2 (RFC 5077, section 3.3). */
const message12 = (lifetimeS: number, ticket: string): Buffer => join(u32(lifetimeS), vector16(Buffer.from(ticket)));

const factsOf = (ticket: NewTicket): object => ({
  count: ticket.count,
  lifetimeS: ticket.lifetimeS,
  ageAdd: ticket.ageAdd,
  ticket: Buffer.from(ticket.bytes()).toString(),
  nonceBytes: ticket.nonce.length,
});

it('keeps the newest of two tickets, with all that was said of it', () => {
  const ticket = new NewTicket();
  ticket.read13(readerOf(message13({ lifetimeS: 300, ageAdd: 7, ticket: 'first' })), MOST_BYTES);
  ticket.read13(readerOf(message13({ lifetimeS: 0xffff_ffff, ageAdd: 0x8000_0001, ticket: 'second' })), MOST_BYTES);
  expect(factsOf(ticket)).toEqual({ count: 2, lifetimeS: 0xffff_ffff, ageAdd: 0x8000_0001, ticket: 'second', nonceBytes: 1 });
});

it.each([
  { what: 'a lifetime of 0', next: { lifetimeS: 0, ageAdd: 9, ticket: 'expired' }, unusable: 'ticket-lifetime-zero' },
  { what: 'no bytes', next: { lifetimeS: 60, ageAdd: 9, ticket: '' }, unusable: undefined },
  { what: 'too many bytes', next: { lifetimeS: 60, ageAdd: 9, ticket: 'x'.repeat(21) }, unusable: 'ticket-too-long' },
])('passes over a TLS 1.3 ticket of $what, leaves the one before as it is, and keeps the reason', ({ next, unusable }) => {
  const ticket = new NewTicket();
  ticket.read13(readerOf(message13({ lifetimeS: 300, ageAdd: 7, ticket: 'first' })), MOST_BYTES);
  ticket.read13(readerOf(message13(next)), MOST_BYTES);
  expect(factsOf(ticket)).toEqual({ count: 1, lifetimeS: 300, ageAdd: 7, ticket: 'first', nonceBytes: 1 });
  expect(ticket.unusable).toBe(unusable);
});

it('takes an empty TLS 1.2 ticket for none', () => {
  const ticket = new NewTicket();
  ticket.read12(readerOf(message12(300, '')), MOST_BYTES);
  expect(factsOf(ticket)).toMatchObject({ count: 0, lifetimeS: 0 });
  ticket.read12(readerOf(message12(300, 'one')), MOST_BYTES);
  expect(factsOf(ticket)).toMatchObject({ count: 1, lifetimeS: 300, ticket: 'one' });
});
