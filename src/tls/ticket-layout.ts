import type { TicketFamily } from '../domain/probe-record.ts';
import { shortHash } from './short-hash.ts';

/** Layout of a server's tickets, by their bytes alone. */
export interface TicketLayout {
  /** Null without tickets. */
  readonly family: TicketFamily | null;
  /** Place and length of the name of the key; 0 bytes where none is known. */
  readonly nameAt: number;
  readonly nameBytes: number;
  /** A short hash of the name in each ticket, empty where there is none: a name identifies a secret and is never shown. */
  readonly names: readonly string[];
  /** Java numbers its keys one after another: the number in each ticket. Empty for all others. */
  readonly keyNumbers: readonly number[];
}

/**
 * Tells the layout of tickets that one server gave, and the names of their keys.
 *
 * A layout with a magic number or a length field is known by every single ticket. The others are known by what tickets of one key have in
 * common: the name at their head, after which they are random. Tickets of several keys, as behind a balancer, form several branches.
 * So one ticket alone says little, and about ten are needed where keys are many.
 */
export const ticketLayout = (tickets: readonly Uint8Array[]): TicketLayout => {
  if (tickets.length === 0) return { family: null, ...NO_NAME, names: [], keyNumbers: [] };
  const form = FORMS.find(({ fits }) => tickets.every(fits)) ?? formByPrefix(tickets);
  return {
    family: form.family,
    nameAt: form.nameAt,
    nameBytes: form.nameBytes,
    names: tickets.map((ticket) => keyName(ticket, form)),
    keyNumbers: form.family === 'jsse' ? tickets.map((ticket) => Buffer.from(ticket).readInt32BE(0)) : [],
  };
};

/** The short hash of the name in a ticket, empty where it has none. */
export const keyName = (ticket: Uint8Array, { nameAt, nameBytes }: Pick<TicketLayout, 'nameAt' | 'nameBytes'>): string => {
  if (nameBytes === 0 || ticket.length < nameAt + nameBytes) return '';
  return shortHash(ticket.subarray(nameAt, nameAt + nameBytes));
};

interface Form {
  readonly family: TicketFamily;
  readonly nameAt: number;
  readonly nameBytes: number;
}

interface KnownForm extends Form {
  /** True for each ticket of the form, and for hardly any other. */
  readonly fits: (ticket: Uint8Array) => boolean;
}

const NO_NAME = { nameAt: 0, nameBytes: 0 } as const;

const RFC_5077_NAME = { nameAt: 0, nameBytes: 16 } as const;

const startsWith = (ticket: Uint8Array, bytes: Uint8Array): boolean =>
  Buffer.from(ticket.subarray(0, bytes.length)).equals(bytes);

/** Tells whether 2 bytes of a ticket say how long the rest is, without so many bytes at its end. */
const statesRest = (ticket: Uint8Array, at: number, end: number): boolean =>
  ticket.length > at + 2 + end && ((ticket[at] ?? 0) << 8) + (ticket[at + 1] ?? 0) === ticket.length - at - 2 - end;

/** Botan, `tls_session.cpp`: magic, name, seed of the key, nonce, ciphertext. The last bytes of the magic are zero. */
const BOTAN_MAGIC = Buffer.from('068b5a9d396c0000', 'hex');

/** NSS, `sslsnce.c`: the name is this and 12 random bytes; that of Debian's NSS 3.87 is 12 random bytes and 4 zero ones. */
const NSS_MAGIC = Buffer.from('NSS!');

const hasNssName = (ticket: Uint8Array): boolean =>
  startsWith(ticket, NSS_MAGIC) || ticket.subarray(12, 16).every((byte) => byte === 0);

/** Ends of tickets: HMAC-SHA1, HMAC-SHA256 and the tag of an AEAD. */
const SHA_1_BYTES = 20;
const SHA_256_BYTES = 32;
const TAG_BYTES = 16;

const AES_BLOCK_BYTES = 16;

/** The least plaintext: any state holds a secret of 32 bytes, and of 48 in TLS 1.2. */
const LEAST_STATE_BYTES = 32;

/** The shortest ticket of any form: JSSE's with a number, an IV and a tag beside the state. */
const LEAST_TICKET_BYTES = 4 + 16 + LEAST_STATE_BYTES + TAG_BYTES;

/** Length of what is the key to a server's cache, as OpenSSL, rustls and Botan give them: a session ID. */
const STATEFUL_BYTES = 32;

/** Forms with a mark of their own, the surest first. */
const FORMS: readonly KnownForm[] = [
  { family: 'stateful', ...NO_NAME, fits: ({ length }) => length === STATEFUL_BYTES },
  { family: 'botan', nameAt: 8, nameBytes: 4, fits: (ticket) => startsWith(ticket, BOTAN_MAGIC) },
  {
    family: 'nss',
    ...RFC_5077_NAME,
    fits: (ticket) => statesRest(ticket, 32, SHA_256_BYTES) && hasNssName(ticket),
  },
  {
    family: 'gnutls',
    ...RFC_5077_NAME,
    fits: (ticket) => statesRest(ticket, 32, SHA_1_BYTES) && (ticket.length - 34 - SHA_1_BYTES) % AES_BLOCK_BYTES === 0,
  },
  { family: 'wolfssl', ...RFC_5077_NAME, fits: (ticket) => statesRest(ticket, 32, SHA_256_BYTES) },
  { family: 'mbedtls', nameAt: 0, nameBytes: 4, fits: (ticket) => statesRest(ticket, 16, TAG_BYTES) },
];

/** Name and IV of 16 bytes each, AES-CBC, HMAC-SHA256 (RFC 5077, section 4). */
const fitsRfc5077 = ({ length }: Uint8Array): boolean =>
  length >= 16 + 16 + LEAST_STATE_BYTES + SHA_256_BYTES && (length - 16 - 16 - SHA_256_BYTES) % AES_BLOCK_BYTES === 0;

/** The form of tickets without a mark, by the length of what those of one key have in common. */
const formByPrefix = (tickets: readonly Uint8Array[]): Form => {
  const areRfc5077 = tickets.every(fitsRfc5077);
  const common = commonBytes(tickets);
  if (common === undefined) return areRfc5077 ? { family: 'rfc5077', ...RFC_5077_NAME } : OPAQUE;
  if (common === 0) return tickets.some(({ length }) => length % AES_BLOCK_BYTES !== 0) ? { family: 'go', ...NO_NAME } : OPAQUE;
  if (tickets.some(({ length }) => length < LEAST_TICKET_BYTES)) return { family: 'opaque', nameAt: 0, nameBytes: common };
  if (isAbout(common, 17) && tickets.every(([version]) => version === 1)) return { family: 's2n', nameAt: 1, nameBytes: 16 };
  if (isAbout(common, 16)) return { family: areRfc5077 ? 'rfc5077' : 'rustls', ...RFC_5077_NAME };
  // Java's numbers follow one another, so that tickets of two keys agree in all but the last byte.
  if (common === 3 || isAbout(common, 4)) return { family: 'jsse', nameAt: 0, nameBytes: 4 };
  // Names that someone made up may begin alike: then the length decides.
  if (common < 16 && areRfc5077) return { family: 'rfc5077', ...RFC_5077_NAME };
  return { family: 'opaque', nameAt: 0, nameBytes: common };
};

const OPAQUE: Form = { family: 'opaque', ...NO_NAME };

/** Two tickets agree by chance in the byte after the name in 1 of 256 cases. */
const isAbout = (common: number, expected: number): boolean => common === expected || common === expected + 1;

/** Fewer bytes in common are chance: 3 are so in 1 of 16 million pairs, but 2 in 1 of 1,500 sets of ten tickets. */
const LEAST_COMMON_BYTES = 3;

/**
 * Length of what tickets of one key have in common: for each ticket the length that it shares with the one most like it, and of these
 * the most frequent. A ticket that is alone of its key shares nothing. 0 where all are alone, `undefined` for one ticket.
 */
const commonBytes = (tickets: readonly Uint8Array[]): number | undefined => {
  // A server may give one ticket twice.
  const different = tickets.filter((ticket, i) => tickets.findIndex((other) => Buffer.from(other).equals(ticket)) === i);
  if (different.length < 2) return undefined;
  const shared = different
    .map((ticket) => Math.max(...different.filter((other) => other !== ticket).map((other) => sharedBytes(ticket, other))))
    .filter((length) => length >= LEAST_COMMON_BYTES);
  const frequency = (length: number): number => shared.filter((other) => other === length).length;
  return shared.toSorted((a, b) => frequency(b) - frequency(a) || b - a)[0] ?? 0;
};

const sharedBytes = (a: Uint8Array, b: Uint8Array): number => {
  const differs = a.findIndex((byte, i) => byte !== b[i]);
  return differs === -1 ? a.length : differs;
};
