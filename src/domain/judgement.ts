import type { Evidence, HelloEvidence, Kind, Mechanism } from './kind.ts';
import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/** Reason why a handshake is not of the mode that was asked for. Each finished handshake is honoured or has exactly one of these. */
export const DECLINE_REASONS = [
  'no-session',
  'refused',
  'expired',
  'version-changed',
  'resumed-unasked',
  'other-mechanism',
  'early-data-rejected',
  'evidence-conflict',
] as const;

export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** Text for each reason. */
export const DECLINE_TEXT: Readonly<Record<DeclineReason, string>> = {
  'no-session': 'the server had given no session to offer',
  refused: 'the server refused the session',
  expired: 'the session was older than the lifetime that the server had stated',
  'version-changed': 'another protocol version was negotiated',
  'resumed-unasked': 'the server resumed although a full handshake was asked for',
  'other-mechanism': 'it was resumed by another mechanism',
  'early-data-rejected': 'the server resumed but rejected the early data',
  'evidence-conflict': 'the TLS library and the plaintext hellos contradict each other',
};

export type Judgement = 'honoured' | DeclineReason;

/** Request for one handshake. */
export interface Asked {
  readonly mode: Mode;
  readonly protocol: Protocol;
  /** True when the offered session had outlived the lifetime that the server stated for it. */
  readonly expired: boolean;
}

/** Decides whether a finished handshake is what was asked for. Pure: intent and evidence in, one word out. */
export const judge = (asked: Asked, evidence: Evidence): Judgement => {
  if (evidence.hello !== undefined && !agrees(evidence, evidence.hello)) return 'evidence-conflict';
  if (evidence.protocol !== asked.protocol) return 'version-changed';
  if (asked.mode === 'full') return evidence.resumed ? 'resumed-unasked' : 'honoured';
  if (evidence.offered === undefined) return 'no-session';
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

/** The ClientHello shows one `psk` for both kinds of TLS 1.3 ticket: only the ticket's content tells them apart. */
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
