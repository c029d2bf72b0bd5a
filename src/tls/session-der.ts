import type { Mechanism } from '../domain/kind.ts';
import type { Protocol } from '../domain/protocol.ts';

/** What the DER of an OpenSSL `SSL_SESSION` says. */
export interface SessionFacts {
  readonly protocol: Protocol | undefined;
  readonly sessionIdBytes: number;
  readonly ticketBytes: number;
  /** The ticket itself, a view into the DER; empty when there is none. Never written to a result. */
  readonly ticket: Uint8Array;
  /** Seconds, 0 when the server stated none. */
  readonly lifetimeHintS: number;
}

/** OpenSSL's stateful TLS 1.3 tickets are the 32 bytes of a session ID; a ticket that carries state is far longer. */
const STATEFUL_TICKET_BYTES = 32;

const SEQUENCE = 0x30;
const CONTEXT = 0xa0;

/** Tags of the optional fields, as OpenSSL's `ssl_asn1.c` numbers them. */
const LIFETIME_HINT = 9;
const TICKET = 10;

/**
 * Reads the fields that tell what offering a session would resume by.
 *
 * @throws RangeError when the bytes are no `SSL_SESSION`.
 * @see OpenSSL `ssl/ssl_asn1.c`: SEQUENCE { version, ssl_version, cipher, session_id, master_key, ... [9] hint, [10] ticket }
 */
export const readSessionDer = (der: Uint8Array): SessionFacts => {
  const outer = readElement(der, 0, der.length);
  if (outer.tag !== SEQUENCE) throw new RangeError('not an SSL_SESSION: the DER does not begin with a SEQUENCE');
  const fields = readElements(der, outer.start, outer.end);
  const [, version, , sessionId] = fields;
  if (version === undefined || sessionId === undefined) throw new RangeError('not an SSL_SESSION: fields are missing');
  const ticket = explicit(der, fields, TICKET);
  const hint = explicit(der, fields, LIFETIME_HINT);
  return {
    protocol: protocolOf(integer(der, version)),
    sessionIdBytes: sessionId.end - sessionId.start,
    ticketBytes: ticket === undefined ? 0 : ticket.end - ticket.start,
    ticket: ticket === undefined ? new Uint8Array() : der.subarray(ticket.start, ticket.end),
    lifetimeHintS: hint === undefined ? 0 : integer(der, hint),
  };
};

/** By what offering the session resumes. */
export const mechanismOf = (facts: Pick<SessionFacts, 'protocol' | 'ticketBytes'>): Mechanism => {
  if (facts.protocol === 'TLSv1.3') return facts.ticketBytes === STATEFUL_TICKET_BYTES ? 'psk-stateful' : 'psk';
  return facts.ticketBytes > 0 ? 'ticket' : 'session-id';
};

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const readElement = (der: Uint8Array, at: number, end: number): Element => {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined || at + 2 > end) throw new RangeError('DER ends inside an element');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (der[at + 2 + i] ?? 0);
  const start = at + 2 + lengthBytes;
  if (start + length > end) throw new RangeError('a DER element is longer than what holds it');
  return { tag, start, end: start + length };
};

const readElements = (der: Uint8Array, start: number, end: number): Element[] => {
  const elements: Element[] = [];
  for (let at = start; at < end; at = elements.at(-1)?.end ?? end) elements.push(readElement(der, at, end));
  return elements;
};

const explicit = (der: Uint8Array, fields: readonly Element[], number: number): Element | undefined => {
  const field = fields.find((element) => element.tag === (CONTEXT | number));
  return field === undefined ? undefined : readElement(der, field.start, field.end);
};

const integer = (der: Uint8Array, element: Element): number =>
  der.subarray(element.start, element.end).reduce((value, byte) => value * 256 + byte, 0);

const protocolOf = (version: number): Protocol | undefined => {
  if (version === 0x0304) return 'TLSv1.3';
  return version === 0x0303 ? 'TLSv1.2' : undefined;
};
