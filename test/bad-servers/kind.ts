import type { EngineName } from '../../src/domain/engine-name.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { Plan, ServerIdentity, Tamper } from '../fuzz/plan.ts';
import type { ServerSide } from './server-side.ts';

/** A way to be a bad server, and what the client must say of it. */
export interface Kind {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly misdeed: Misdeed;
  /** Comes of a full handshake. */
  readonly full: Said;
  /** True where the client may have ended the connection before the misdeed comes: its handshake is then honoured. */
  readonly mayComeTooLate?: boolean;
  /** Comes of a handshake that offers what the full one was given. */
  readonly offered?: Said;
  /** Message and advice to a user whose full handshake fails. */
  readonly advice?: RegExp;
  /** Time limit of the handshake, where the server leaves the client waiting. */
  readonly timeoutMs?: number;
}

/**
 * `honoured`, the reason of a decline or the name that a failure is counted by; by engine where
 * libraries have words of their own.
 */
export type Said = string | Readonly<Record<EngineName, string>>;

/** Where a server departs from an honest one. It is honest where nothing is said. */
export interface Misdeed {
  readonly plan?: Partial<Plan>;
  readonly identity?: () => Promise<ServerIdentity>;
  /** Its certificate deserves no trust. */
  readonly isImpostor?: true;
  /** It speaks another protocol than it was asked for. */
  readonly isStranger?: true;
  readonly tamper?: Partial<Tamper>;
  /** Of all connections but the first, where it differs. */
  readonly later?: Pick<Misdeed, 'plan' | 'tamper'>;
  readonly onAccept?: (side: ServerSide) => void;
  /** Takes the place of the answer to a ClientHello, unless it returns true. */
  readonly onHello?: (side: ServerSide) => boolean;
  /** Takes the place of the answer to the client's Finished. */
  readonly onFinished?: (side: ServerSide, answer: Buffer) => void;
  /** Sends an answer in another way. */
  readonly deliver?: (side: ServerSide, answer: Buffer) => void;
}

export const BOTH: readonly Protocol[] = ['TLSv1.2', 'TLSv1.3'];
export const ONLY_13: readonly Protocol[] = ['TLSv1.3'];
export const ONLY_12: readonly Protocol[] = ['TLSv1.2'];

/** A fault that the client finds: by engine wire's word, and by that of OpenSSL. */
export const flaw = (wire: string, openssl: string): Said => ({
  wire: `tls:${wire}`,
  openssl: `tls:${openssl}`,
  node: `tls:${openssl}`,
});
