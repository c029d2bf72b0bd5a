import { alertName } from '../../tls/alert.ts';
import type { Failure } from '../../domain/failure.ts';

/** Faults that our side can find in what a server sent, by the words that failures are counted by, and the alert that answers each. */
const ALERT_OF = {
  bad_certificate: 42,
  bad_finished: 51,
  bad_record: 20,
  bad_signature: 51,
  decode_error: 50,
  hello_too_long: 80,
  illegal_parameter: 47,
  internal_error: 80,
  message_too_long: 47,
  missing_extension: 109,
  no_extended_master_secret: 40,
  not_tls: 70,
  protocol_version: 70,
  record_overflow: 22,
  too_many_messages: 10,
  unexpected_message: 10,
  unsupported_certificate: 43,
  unsupported_extension: 110,
} as const;

export type FaultName = keyof typeof ALERT_OF;

/** Ends a handshake: thrown where the fault is found, caught at the one place where bytes come in. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly failure: Failure;
  /** The alert to send, `undefined` when the peer has ended the connection itself. */
  readonly alert: number | undefined;

  constructor(failure: Failure, alert: number | undefined) {
    super(failure.detail);
    this.failure = failure;
    this.alert = alert;
  }
}

/** Something wrong in what the server sent. */
export const fault = (name: FaultName): Fault => new Fault({ kind: 'tls', detail: name }, ALERT_OF[name]);

/** The server ended the handshake by an alert. */
export const alerted = (description: number): Fault => new Fault({ kind: 'alert', detail: alertName(description) }, undefined);

const CERTIFICATE_UNKNOWN = 46;

/** The server's certificate was not accepted; `reason` is named as OpenSSL names it. */
export const distrusted = (reason: string): Fault => new Fault({ kind: 'certificate', detail: reason }, CERTIFICATE_UNKNOWN);
