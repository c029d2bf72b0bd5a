import type { Failure } from '../../domain/failure.ts';
import { alertName } from '../../tls/alert.ts';
import { systemFailure } from '../system-failure.ts';

/** Message of node:tls when the peer's FIN comes before the handshake's end; its code is that of a reset. */
const CLOSED_EARLY = 'Client network socket disconnected before secure TLS connection was established';

/** OpenSSL's reason codes of received alerts: `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`. */
const ALERT = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_ALERT_(.+)$/u;

/** Those of the alerts that came with extensions (RFC 6066). */
const EXTENSION_ALERT =
  /^ERR_SSL_TLSV1_(UNSUPPORTED_EXTENSION|UNRECOGNIZED_NAME|CERTIFICATE_UNOBTAINABLE|BAD_CERTIFICATE_STATUS_RESPONSE|BAD_CERTIFICATE_HASH_VALUE)$/u;

/** An alert that OpenSSL has no word for: its number on top of 1000 (SSL_AD_REASON_OFFSET). */
const UNKNOWN_ALERT = /:reason\(1(\d{3})\)/u;

/** Types what node:net and node:tls throw. */
export const failureOf = (error: NodeJS.ErrnoException): Failure => {
  const code = error.code ?? '';
  if (error.message === CLOSED_EARLY) return { kind: 'closed', detail: '' };
  const system = systemFailure(code);
  if (system !== undefined) return system;
  const alert = ALERT.exec(code)?.[1] ?? EXTENSION_ALERT.exec(code)?.[1];
  if (alert !== undefined) return { kind: 'alert', detail: alert.toLowerCase() };
  const number = UNKNOWN_ALERT.exec(error.message)?.[1];
  if (number !== undefined) return { kind: 'alert', detail: alertName(Number(number)) };
  if (code.startsWith('ERR_SSL_')) return { kind: 'tls', detail: code.slice('ERR_SSL_'.length).toLowerCase() };
  // What is left of the codes of node:tls are certificate errors: OpenSSL's X509_V_ERR names without their prefix.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { kind: 'certificate', detail: 'name_mismatch' };
  if (/^[A-Z_]+$/u.test(code) && !code.startsWith('E')) return { kind: 'certificate', detail: code.toLowerCase() };
  return { kind: 'tls', detail: code.toLowerCase() };
};

/**
 * Returns the failure that an error after both Finished messages is. An alert, or an error of OpenSSL (and not of node's streams), always is one.
 *
 * @param isExpected whether an end would only be how a server ends a connection that it accepted.
 */
export const failureAfterFinished = (failure: Failure, isExpected: boolean): Failure | undefined => {
  const isOwn = failure.detail.startsWith('err_');
  if (failure.kind === 'alert' || (failure.kind === 'tls' && !isOwn)) return failure;
  return isExpected ? undefined : { kind: 'unconfirmed', detail: failure.kind === 'reset' ? 'reset' : 'closed' };
};
