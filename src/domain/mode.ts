import { protocolLabel, type Protocol } from './protocol.ts';

/**
 * The handshake that is requested. The one that results has a {@link Kind}.
 *
 * - `full`: no session is offered.
 * - `session-id`: TLS 1.2, the server looks the session up in its cache (RFC 5246, section 7.3).
 * - `ticket`: the client sends the encrypted state (RFC 5077); in TLS 1.3 a pre-shared key (RFC
 *   8446, section 2.2).
 * - `early-data`: a TLS 1.3 ticket with 0-RTT data (RFC 8446, section 2.3).
 */
export const MODES = ['full', 'session-id', 'ticket', 'early-data'] as const;

export type Mode = (typeof MODES)[number];

/** True for a mode that offers a session. */
export const offersSession = (mode: Mode): boolean => mode !== 'full';

/** The reason why a mode does not exist in a protocol, or `undefined` when it does. */
export const whyImpossible = (mode: Mode, protocol: Protocol): string | undefined => {
  if (mode === 'session-id' && protocol === 'TLSv1.3') {
    return `${protocolLabel(protocol)} has no session-ID resumption (the server only echoes the ID, see RFC 8446, appendix D.4)`;
  }
  if (mode === 'early-data' && protocol === 'TLSv1.2') {
    return `${protocolLabel(protocol)} has no early data (0-RTT requires TLS 1.3)`;
  }
  return undefined;
};
