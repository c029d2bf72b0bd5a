import type { Failure } from '../../domain/failure.ts';
import { alertName } from '../../tls/alert.ts';
import { verifyName } from '../verify-name.ts';
import type { OpenSsl } from './library.ts';

/** OpenSSL puts a received alert's number on top of this among its reasons (SSL_AD_REASON_OFFSET). */
const ALERT_OFFSET = 1000;

/** The reason's part of an error code in OpenSSL 3 (ERR_GET_REASON). */
const REASON_MASK = 0x7f_ffff;

/** Types what a connection failed by, and empties the thread's error queue: an error left there would be taken for the next call's. */
export const takeFailure = ({ ssl, text }: OpenSsl, connection: number): Failure => {
  const verification = ssl.SSL_get_verify_result(connection);
  const error = ssl.ERR_get_error();
  ssl.ERR_clear_error();
  if (verification !== 0) {
    return { kind: 'certificate', detail: verifyName(verification) };
  }
  const reason = error & REASON_MASK;
  if (reason > ALERT_OFFSET && reason <= ALERT_OFFSET + 255) return { kind: 'alert', detail: alertName(reason - ALERT_OFFSET) };
  return { kind: 'tls', detail: (text.ERR_reason_error_string(error) ?? '').replaceAll(' ', '_') };
};

/** The reason of the last error in words, for messages; empties the queue. */
export const takeReason = ({ ssl, text }: OpenSsl): string => {
  const reason = text.ERR_reason_error_string(ssl.ERR_get_error()) ?? 'no reason was given';
  ssl.ERR_clear_error();
  return reason;
};
