import type { Evidence, HelloEvidence, Kind, Mechanism } from './kind.ts';
import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/**
 * The reasons why a ticket that came is no session: its lifetime is 0 (RFC 8446, section 4.6.1, has
 * it discarded at once), it came after the wait for it was given up, or it fits into no ClientHello
 * that the engine can send.
 */
export const UNUSABLE_REASONS = ['ticket-lifetime-zero', 'ticket-late', 'ticket-too-long'] as const;

export type UnusableReason = (typeof UNUSABLE_REASONS)[number];

/** A known reason why a client has no session to offer. */
export type MissingReason = UnusableReason | 'session-broken-off';

/**
 * The reasons why a handshake is not of the requested mode. Each finished handshake is honoured or
 * has exactly one of these.
 */
export const DECLINE_REASONS = [
  'no-session',
  'session-broken-off',
  ...UNUSABLE_REASONS,
  'refused',
  'expired',
  'version-changed',
  'resumed-unasked',
  'other-mechanism',
  'early-data-rejected',
  'evidence-conflict',
] as const;

export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** The words for each reason, as the end of a sentence. */
export const DECLINE_TEXT: Readonly<Record<DeclineReason, string>> = {
  'no-session': 'there was no session to offer',
  'session-broken-off': 'there was no session to offer: the server had broken off the handshake that offered it',
  'ticket-lifetime-zero': 'the server gave its ticket a lifetime of 0, so that it must not be offered',
  'ticket-late': 'the ticket came after the wait for it was given up',
  'ticket-too-long': 'the ticket is longer than this engine offers',
  refused: 'the server refused the session',
  expired: 'the session had outlived the lifetime stated by the server',
  'version-changed': 'another protocol version was negotiated',
  'resumed-unasked': 'the server resumed although a full handshake was requested',
  'other-mechanism': 'the session was resumed by another mechanism',
  'early-data-rejected': 'the server resumed, but rejected the early data',
  'evidence-conflict': 'the TLS library and the plaintext hellos contradict each other',
};

export type Judgement = 'honoured' | DeclineReason;

/** The intent of one handshake. */
export interface Asked {
  readonly mode: Mode;
  readonly protocol: Protocol;
  /** True when the offered session had outlived the lifetime that the server stated for it. */
  readonly expired: boolean;
  /** The reason why the client has no session to offer, where it is known. */
  readonly missing?: MissingReason | undefined;
}

/**
 * Judges whether a finished handshake is what was requested. Pure: intent and evidence in, one word
 * out.
 */
export const judge = (asked: Asked, evidence: Evidence): Judgement => {
  if (evidence.hello !== undefined && !agrees(evidence, evidence.hello)) return 'evidence-conflict';
  if (evidence.protocol !== asked.protocol) return 'version-changed';
  if (asked.mode === 'full') return evidence.resumed ? 'resumed-unasked' : 'honoured';
  if (evidence.offered === undefined) return asked.missing ?? 'no-session';
  if (!evidence.resumed) return asked.expired ? 'expired' : 'refused';
  if (!isMechanismOf(asked.mode, evidence.offered)) return 'other-mechanism';
  if (asked.mode === 'early-data' && evidence.earlyData !== 'accepted') return 'early-data-rejected';
  return 'honoured';
};

/** Names the kind of a finished handshake. */
export const kindOf = (evidence: Evidence): Kind => {
  const helloRetry = evidence.hello?.helloRetry ?? false;
  if (!evidence.resumed || evidence.offered === undefined) return { kind: 'full', helloRetry };
  return { kind: 'resumed', mechanism: evidence.offered, helloRetry };
};

const agrees = (evidence: Evidence, hello: HelloEvidence): boolean =>
  hello.protocol === evidence.protocol && hello.resumed === evidence.resumed && hello.offered === offeredOnWire(evidence.offered);

/**
 * The ClientHello shows one `psk` for both kinds of TLS 1.3 ticket: only the ticket's content tells
 * them apart.
 */
const offeredOnWire = (offered: Mechanism | undefined): HelloEvidence['offered'] => {
  if (offered === undefined) return 'nothing';
  return offered === 'psk-stateful' ? 'psk' : offered;
};

const isMechanismOf = (mode: Mode, mechanism: Mechanism): boolean => {
  switch (mode) {
    case 'full':
      return false;
    case 'session-id':
      return mechanism === 'session-id';
    case 'ticket':
      return mechanism !== 'session-id';
    case 'early-data':
      return mechanism === 'psk' || mechanism === 'psk-stateful';
  }
};
