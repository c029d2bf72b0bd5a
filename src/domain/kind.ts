import type { Protocol } from './protocol.ts';

/**
 * The mechanism that resumes a session.
 *
 * `psk` is a TLS 1.3 ticket that carries the state itself; `psk-stateful` one that is only a key
 * into a server's cache (OpenSSL issues these, 32 bytes long, when tickets are off and a cache
 * exists).
 */
export const MECHANISMS = ['session-id', 'ticket', 'psk', 'psk-stateful'] as const;

export type Mechanism = (typeof MECHANISMS)[number];

/** The kind that a handshake turned out to be: evidence, where {@link Mode} is intent. */
export type Kind =
  | { readonly kind: 'full'; readonly helloRetry: boolean }
  | { readonly kind: 'resumed'; readonly mechanism: Mechanism; readonly helloRetry: boolean };

/** The outcome of 0-RTT data, which RFC 8446 lets a server reject although it resumes. */
export type EarlyDataResult = 'none' | 'accepted' | 'rejected';

/** The evidence in the plaintext hellos of one handshake. */
export interface HelloEvidence {
  readonly protocol: Protocol;
  readonly resumed: boolean;
  /** Mechanism that the ClientHello offered, by its extensions and session ID. */
  readonly offered: 'nothing' | 'session-id' | 'ticket' | 'psk';
  readonly helloRetry: boolean;
}

/**
 * All evidence of one finished handshake: the engine's report, and the hellos where they were read.
 */
export interface Evidence {
  readonly protocol: Protocol;
  /** The TLS library's own answer, `SSL_session_reused` or its like. */
  readonly resumed: boolean;
  /** The mechanism of the session that was offered, by its content; `undefined` when none was. */
  readonly offered: Mechanism | undefined;
  readonly earlyData: EarlyDataResult;
  readonly hello: HelloEvidence | undefined;
}
