import { EARLY_DATA } from '../numbers.ts';
import type { Cursor } from './cursor.ts';
import { readExtensions } from './extensions.ts';

/** A ticket that a server gives. */
export interface NewSessionTicket {
  readonly kind: 'new-session-ticket';
  /** Stated by the server; 0 states none in TLS 1.2, and in TLS 1.3 bids to discard the ticket. */
  readonly lifetimeS: number;
  /** Empty where a TLS 1.2 server gives none after all (RFC 5077, section 3.3). Never written to a result. */
  readonly ticket: Buffer;
  /** Largest early data that it allows; null where it allows none. */
  readonly maxEarlyData: number | null;
}

/** @throws RangeError when the bytes are none. */
export const readTicket12 = (cursor: Cursor): NewSessionTicket => ({
  kind: 'new-session-ticket',
  lifetimeS: cursor.number(4),
  ticket: Buffer.from(cursor.vector(2)),
  maxEarlyData: null,
});

/** @throws RangeError when the bytes are none. */
export const readTicket13 = (cursor: Cursor): NewSessionTicket => {
  const lifetimeS = cursor.number(4);
  // What is added to the age, then the nonce of the key (RFC 8446, section 4.6.1).
  cursor.number(4);
  cursor.vector(1);
  const ticket = Buffer.from(cursor.vector(2));
  const maxEarlyData = readExtensions(cursor).read<number | null>(EARLY_DATA, (content) => content.number(4), null);
  return { kind: 'new-session-ticket', lifetimeS, ticket, maxEarlyData };
};
