import type { Mechanism } from '../domain/kind.ts';
import type { Protocol } from '../domain/protocol.ts';
import { element, integerElement, OCTET_STRING, readElement, readElements, SEQUENCE, type Element } from './der.ts';

/** Content of an OpenSSL `SSL_SESSION`: the resumable state in the form that every engine can take. */
export interface SessionState {
  /** Wire number of the suite. */
  readonly cipherSuite: number;
  readonly sessionId: Uint8Array;
  /** The master secret of TLS 1.2, the pre-shared key of TLS 1.3. Never written to a result. */
  readonly secret: Uint8Array;
  /** The ticket itself; empty when there is none. Never written to a result. */
  readonly ticket: Uint8Array;
  /** Seconds, 0 when the server stated none. */
  readonly lifetimeHintS: number;
  readonly hasExtendedMasterSecret: boolean;
  readonly ticketAgeAdd: number;
  readonly maxEarlyData: number;
}

/** Content of the DER of an `SSL_SESSION`; its byte fields are views into the DER. */
export interface TicketFacts extends SessionState {
  readonly protocol: Protocol | undefined;
  readonly sessionIdBytes: number;
  readonly ticketBytes: number;
}

/** OpenSSL's stateful TLS 1.3 tickets are the 32 bytes of a session ID; a ticket that carries state is far longer. */
const STATEFUL_TICKET_BYTES = 32;

const CONTEXT = 0xa0;

/** Tags of the optional fields, as OpenSSL's `ssl_asn1.c` numbers them. */
const TIME = 1;
const TIMEOUT = 2;
const LIFETIME_HINT = 9;
const TICKET = 10;
const FLAGS = 13;
const AGE_ADD = 14;
const MAX_EARLY_DATA = 15;

/** `SSL_SESS_FLAG_EXTMS`. */
const FLAG_EXTENDED_MASTER_SECRET = 1;

/** Lifetime that libssl assumes without a hint. */
const DEFAULT_TIMEOUT_S = 7200;

const VERSIONS: Readonly<Record<Protocol, number>> = { 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 };

/**
 * Reads a session.
 *
 * @throws RangeError when the bytes are no `SSL_SESSION`.
 * @see OpenSSL `ssl/ssl_asn1.c`: SEQUENCE { version, ssl_version, cipher, session_id, master_key, ... [9] hint, [10] ticket }
 */
export const readSessionDer = (der: Uint8Array): TicketFacts => {
  const outer = readElement(der, 0, der.length);
  if (outer.tag !== SEQUENCE) throw new RangeError('not an SSL_SESSION: the DER does not begin with a SEQUENCE');
  const fields = readElements(der, outer);
  const [, version, cipher, sessionId, secret] = fields;
  if (version === undefined || cipher === undefined || sessionId === undefined || secret === undefined) {
    throw new RangeError('not an SSL_SESSION: fields are missing');
  }
  const ticket = bytesOf(der, explicit(der, fields, TICKET));
  const number = (tag: number): number => {
    const element = explicit(der, fields, tag);
    return element === undefined ? 0 : integer(der, element);
  };
  return {
    protocol: protocolOf(integer(der, version)),
    cipherSuite: integer(der, cipher),
    sessionId: bytesOf(der, sessionId),
    sessionIdBytes: sessionId.end - sessionId.start,
    secret: bytesOf(der, secret),
    ticketBytes: ticket.length,
    ticket,
    lifetimeHintS: number(LIFETIME_HINT),
    hasExtendedMasterSecret: number(FLAGS) % 2 === FLAG_EXTENDED_MASTER_SECRET,
    ticketAgeAdd: number(AGE_ADD),
    maxEarlyData: number(MAX_EARLY_DATA),
  };
};

/** Writes a session, so that libssl can take it. `receivedS` is when the server gave it, in Unix time. */
export const writeSessionDer = (state: SessionState, protocol: Protocol, receivedS: number): Buffer => {
  const optional = (tag: number, value: number): Buffer =>
    value === 0 ? Buffer.alloc(0) : element(CONTEXT | tag, integerElement(value));
  return element(
    SEQUENCE,
    Buffer.concat([
      integerElement(1),
      integerElement(VERSIONS[protocol]),
      element(OCTET_STRING, Buffer.of(state.cipherSuite >> 8, state.cipherSuite & 0xff)),
      element(OCTET_STRING, state.sessionId),
      element(OCTET_STRING, state.secret),
      optional(TIME, receivedS),
      optional(TIMEOUT, state.lifetimeHintS === 0 ? DEFAULT_TIMEOUT_S : state.lifetimeHintS),
      optional(LIFETIME_HINT, state.lifetimeHintS),
      state.ticket.length === 0 ? Buffer.alloc(0) : element(CONTEXT | TICKET, element(OCTET_STRING, state.ticket)),
      optional(FLAGS, state.hasExtendedMasterSecret ? FLAG_EXTENDED_MASTER_SECRET : 0),
      optional(AGE_ADD, state.ticketAgeAdd),
      optional(MAX_EARLY_DATA, state.maxEarlyData),
    ]),
  );
};

/** Returns the mechanism that offering the session resumes by. */
export const mechanismOf = (facts: { readonly protocol: Protocol | undefined; readonly ticketBytes: number }): Mechanism => {
  if (facts.protocol === 'TLSv1.3') return facts.ticketBytes === STATEFUL_TICKET_BYTES ? 'psk-stateful' : 'psk';
  return facts.ticketBytes > 0 ? 'ticket' : 'session-id';
};

const explicit = (der: Uint8Array, fields: readonly Element[], number: number): Element | undefined => {
  const field = fields.find((element) => element.tag === (CONTEXT | number));
  return field === undefined ? undefined : readElement(der, field.start, field.end);
};

const bytesOf = (der: Uint8Array, element: Element | undefined): Uint8Array =>
  element === undefined ? der.subarray(0, 0) : der.subarray(element.start, element.end);

const integer = (der: Uint8Array, element: Element): number =>
  der.subarray(element.start, element.end).reduce((value, byte) => value * 256 + byte, 0);

const protocolOf = (version: number): Protocol | undefined => {
  if (version === 0x0304) return 'TLSv1.3';
  return version === 0x0303 ? 'TLSv1.2' : undefined;
};
