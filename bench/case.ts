import type { Mode } from '../src/domain/mode.ts';
import type { Protocol } from '../src/domain/protocol.ts';

/** A kind of handshake that clients are compared by. */
export interface Case {
  readonly id: string;
  readonly label: string;
  readonly protocol: Protocol;
  readonly mode: Extract<Mode, 'full' | 'session-id' | 'ticket'>;
}

export const CASES: readonly Case[] = [
  { id: 'tls1.2-full', label: 'TLS 1.2 full', protocol: 'TLSv1.2', mode: 'full' },
  { id: 'tls1.2-session-id', label: 'TLS 1.2 session ID', protocol: 'TLSv1.2', mode: 'session-id' },
  { id: 'tls1.2-ticket', label: 'TLS 1.2 ticket', protocol: 'TLSv1.2', mode: 'ticket' },
  { id: 'tls1.3-full', label: 'TLS 1.3 full', protocol: 'TLSv1.3', mode: 'full' },
  { id: 'tls1.3-ticket', label: 'TLS 1.3 ticket', protocol: 'TLSv1.3', mode: 'ticket' },
];
