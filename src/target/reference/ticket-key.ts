import { hkdfSync } from 'node:crypto';

/** A name of 16 bytes, a key of 32 for the MAC and one of 32 for the cipher, as OpenSSL and nginx read them. */
export const TICKET_KEY_BYTES = 80;

/** The key after so many rotations: servers that were given the same first one have the same ones all along. */
export const ticketKeyOf = (first: Buffer, rotations: number): Buffer =>
  rotations === 0 ? first : Buffer.from(hkdfSync('sha256', first, '', `ticket key ${String(rotations)}`, TICKET_KEY_BYTES));
