import type { Failure } from '../../domain/failure.ts';
import { systemFailure } from '../system-failure.ts';

/** Message of node:tls when the peer's FIN comes before the handshake's end; its code is that of a reset. */
const CLOSED_EARLY = 'Client network socket disconnected before secure TLS connection was established';

/** OpenSSL's reason codes of received alerts: `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`. */
const ALERT = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_ALERT_(.+)$/u;

/** Types what node:net and node:tls throw. */
export const failureOf = (error: NodeJS.ErrnoException): Failure => {
  const code = error.code ?? '';
  if (error.message === CLOSED_EARLY) return { kind: 'closed', detail: '' };
  const system = systemFailure(code);
  if (system !== undefined) return system;
  const alert = ALERT.exec(code)?.[1];
  if (alert !== undefined) return { kind: 'alert', detail: alert.toLowerCase() };
  if (code.startsWith('ERR_SSL_')) return { kind: 'tls', detail: code.slice('ERR_SSL_'.length).toLowerCase() };
  // What is left of the codes of node:tls are certificate errors: OpenSSL's X509_V_ERR names without their prefix.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { kind: 'certificate', detail: 'name_mismatch' };
  if (/^[A-Z_]+$/u.test(code) && !code.startsWith('E')) return { kind: 'certificate', detail: code.toLowerCase() };
  return { kind: 'tls', detail: code.toLowerCase() };
};
