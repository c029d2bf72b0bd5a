/**
 * Why a connection gave no finished handshake. `alert` carries the alert's name (RFC 8446, section 6); `tls` is a fault that our side
 * found in what the server sent.
 */
export const FAILURE_KINDS = [
  'refused',
  'reset',
  'closed',
  'unreachable',
  'connect-timeout',
  'handshake-timeout',
  'alert',
  'certificate',
  'tls',
  'local',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What a person reads for each kind. */
export const FAILURE_TEXT: Readonly<Record<FailureKind, string>> = {
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  closed: 'the server closed the connection before the handshake was finished',
  unreachable: 'the address could not be reached',
  'connect-timeout': 'the TCP connection was not made in time',
  'handshake-timeout': 'the handshake was not finished in time',
  alert: 'the server sent an alert',
  certificate: "the server's certificate was not accepted",
  tls: 'the TLS library gave up',
  local: 'this machine could not start the connection',
};

export interface Failure {
  readonly kind: FailureKind;
  /** The alert's name, the certificate error's code, the system error's code: words that count together. No addresses. */
  readonly detail: string;
}

/** `alert:handshake_failure`: the name under which a failure is counted. */
export const failureKey = (failure: Failure): string =>
  failure.detail === '' ? failure.kind : `${failure.kind}:${failure.detail}`;

const CONNECT_FAILURES: readonly string[] = ['refused', 'unreachable', 'connect-timeout'] satisfies FailureKind[];

/** Tells whether not even the TCP connection came about, by the name under which a failure is counted. */
export const isConnectFailure = (key: string): boolean => CONNECT_FAILURES.includes(key.split(':', 1)[0] ?? '');
