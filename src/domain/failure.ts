/**
 * The reasons why a handshake failed. `alert` carries the alert's name (RFC 8446, section 6); `tls`
 * is an error that our side found in the server's messages. `unconfirmed` is a connection that the
 * server ended after our Finished without a sign of having accepted it. `starttls` is a plaintext
 * dialogue that did not lead to TLS.
 */
export type FailureKind =
  | 'refused'
  | 'reset'
  | 'closed'
  | 'unreachable'
  | 'connect-timeout'
  | 'starttls'
  | 'handshake-timeout'
  | 'unconfirmed'
  | 'alert'
  | 'certificate'
  | 'tls'
  | 'local';

/** The words for each kind, as the end of a sentence. */
export const FAILURE_TEXT: Readonly<Record<FailureKind, string>> = {
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  closed: 'the server closed the connection during the handshake',
  unreachable: 'the address is unreachable',
  'connect-timeout': 'the TCP connect timed out',
  starttls: 'the plaintext dialogue did not lead to TLS',
  'handshake-timeout': 'the handshake timed out',
  unconfirmed: 'the server ended the connection after our Finished, without a ticket, an answer or a close_notify',
  alert: 'the server sent an alert',
  certificate: "the server's certificate was rejected",
  tls: 'the TLS library reported an error',
  local: 'this machine could not open the connection',
};

export interface Failure {
  readonly kind: FailureKind;
  /**
   * Name of the alert, code of the certificate or system error, or the way in which an unconfirmed
   * connection ended. No addresses: equal failures are counted together.
   */
  readonly detail: string;
}

/** The name under which a failure is counted: `alert:handshake_failure`. */
export const failureKey = (failure: Failure): string =>
  failure.detail === '' ? failure.kind : `${failure.kind}:${failure.detail}`;

const ANSWERS: readonly string[] = ['alert', 'closed', 'reset', 'unconfirmed', 'tls'] satisfies FailureKind[];

/**
 * Tells whether the server answered the handshake by ending it, by the name under which a failure
 * is counted.
 */
export const isAnswer = (key: string): boolean => ANSWERS.includes(kindOf(key));

const REFUSALS: readonly string[] = ['refused', 'unreachable'] satisfies FailureKind[];

/**
 * Tells whether a failure comes at once and costs the far side nothing, by its kind or the name
 * under which it is counted: only a wait keeps the attempt from being repeated without end.
 */
export const isRefusal = (key: string): boolean => REFUSALS.includes(kindOf(key));

const CONNECT_FAILURES: readonly string[] = ['refused', 'unreachable', 'connect-timeout'] satisfies FailureKind[];

/** Tells whether not even the TCP connection came about, by the name under which a failure is counted. */
export const isConnectFailure = (key: string): boolean => CONNECT_FAILURES.includes(kindOf(key));

const kindOf = (key: string): string => key.split(':', 1)[0] ?? '';
