import type { Protocol } from './protocol.ts';

/**
 * Mechanism by which a session is resumed.
 *
 * `psk` is a TLS 1.3 ticket that carries the state itself; `psk-stateful` one that is only a key into a server's cache (OpenSSL
 * issues these, 32 bytes long, when tickets are off and a cache exists).
 */
export const MECHANISMS = ['session-id', 'ticket', 'psk', 'psk-stateful'] as const;

export type Mechanism = (typeof MECHANISMS)[number];

/** The handshake that came about: evidence, where {@link Mode} is intent. */
export type Kind =
  | { readonly kind: 'full'; readonly helloRetry: boolean }
  | { readonly kind: 'resumed'; readonly mechanism: Mechanism; readonly helloRetry: boolean };

/** Outcome of 0-RTT data: RFC 8446 lets a server resume and yet reject them. */
export type EarlyDataResult = 'none' | 'accepted' | 'rejected';

/** Evidence of the hellos of one handshake, read in plaintext. */
export interface HelloEvidence {
  readonly protocol: Protocol;
  readonly resumed: boolean;
  /** Offer of the ClientHello, by its extensions and session ID. */
  readonly offered: 'nothing' | 'session-id' | 'ticket' | 'psk';
  readonly helloRetry: boolean;
}

/** Everything known of one finished handshake: the engine's word, and the hellos where they were read. */
export interface Evidence {
  readonly protocol: Protocol;
  /** The TLS library's own answer, `SSL_session_reused` or its like. */
  readonly resumed: boolean;
  /** The mechanism of the session that was offered, by its content; `undefined` when none was. */
  readonly offered: Mechanism | undefined;
  readonly earlyData: EarlyDataResult;
  readonly hello: HelloEvidence | undefined;
}
