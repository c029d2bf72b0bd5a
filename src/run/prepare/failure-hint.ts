import type { Failure } from '../../domain/failure.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';

/** Facts about a failed handshake that decide about the advice. */
export interface Circumstances {
  readonly protocol: Protocol;
  readonly engine: string;
  /** True when the server is known to have asked for a client certificate. */
  readonly asksForCertificate: boolean;
  /** True when one was given. */
  readonly hasIdentity: boolean;
}

/** Returns the advice for a full handshake that failed. */
export const failureHint = (failure: Failure, circumstances: Circumstances): string => {
  const { kind, detail } = failure;
  switch (kind) {
    case 'certificate':
      return 'Give its authority with --cacert FILE, its name with --servername NAME, or leave verification out with --insecure.';
    case 'alert':
      return isUnmetRequest(circumstances) ? GIVE_CERTIFICATE : alertHint(detail, circumstances);
    case 'unconfirmed':
      return isUnmetRequest(circumstances)
        ? GIVE_CERTIFICATE
        : `${LOOK_INTO_LOG} A client certificate is given with --cert FILE and --key FILE.`;
    case 'refused':
      return 'Start the server, or check the port.';
    case 'closed':
    case 'reset':
      return `Check that the port speaks TLS and not another protocol, and that the server speaks ${protocolLabel(circumstances.protocol)}.`;
    case 'starttls':
      return 'Check that the server offers TLS in this protocol, and that the port is that of the protocol without TLS.';
    case 'tls':
      return FAULT_HINTS[detail] ?? UNKNOWN_FAULT;
    case 'unreachable':
    case 'connect-timeout':
    case 'handshake-timeout':
      return 'Check the address and the way to it, or give more time with --timeout.';
    case 'local':
      return 'Check the limits of this machine: file descriptors (ulimit -n) and local ports.';
  }
};

const GIVE_CERTIFICATE = 'The server asks for a client certificate: give one with --cert FILE and --key FILE.';

const LOOK_INTO_LOG = 'The log of the server says why it refused the handshake.';

const isUnmetRequest = ({ asksForCertificate, hasIdentity }: Circumstances): boolean => asksForCertificate && !hasIdentity;

type Hint = string | ((circumstances: Circumstances) => string);

const alertHint = (alert: string, circumstances: Circumstances): string => {
  const hint = ALERT_HINTS[alert] ?? LOOK_INTO_LOG;
  return typeof hint === 'string' ? hint : hint(circumstances);
};

const aboutClientCertificate: Hint = ({ hasIdentity }) =>
  hasIdentity
    ? 'The server does not accept the client certificate of --cert: it may be expired, or of another authority than the server trusts.'
    : 'The server may require a client certificate: give one with --cert FILE and --key FILE.';

const ourHello: Hint = ({ engine }) =>
  engine === 'wire'
    ? 'The server does not take this ClientHello. Try --engine openssl, whose hello is that of OpenSSL.'
    : 'The server does not take this ClientHello. Try other --groups, --ciphers or --tls.';

/** OpenSSL refuses so also where it speaks TLS 1.1 at most, and knows no cipher of a later version. */
const noneInCommon: Hint = ({ engine, protocol }) =>
  [
    'The server takes none of the ciphers and groups that were offered, or has no certificate for this name:',
    'list those that it takes with --ciphers and --groups, or give the name with --servername.',
    ...(engine === 'wire' ? ['Engine openssl can offer more than wire (--engine openssl).'] : []),
    ...(protocol === 'TLSv1.2' ? ['A server that speaks TLS 1.0 or 1.1 at most cannot be measured.'] : []),
  ].join(' ');

const otherVersion: Hint = ({ protocol }) =>
  protocol === 'TLSv1.3'
    ? 'The server does not speak TLS 1.3: measure TLS 1.2 alone with --tls 1.2. TLS 1.0 and 1.1 cannot be measured.'
    : 'The server does not speak TLS 1.2: measure TLS 1.3 alone with --tls 1.3. TLS 1.0 and 1.1 cannot be measured.';

const damaged =
  'The server found that the bytes were changed, or computes other keys: look for a middlebox on the path, or a fault in its TLS library.';

/** Advice by the name of the alert that the server sent (RFC 8446, section 6.2). */
const ALERT_HINTS: Readonly<Record<string, Hint>> = {
  access_denied: aboutClientCertificate,
  bad_certificate: aboutClientCertificate,
  bad_record_mac: damaged,
  certificate_expired: aboutClientCertificate,
  certificate_required: aboutClientCertificate,
  certificate_revoked: aboutClientCertificate,
  certificate_unknown: aboutClientCertificate,
  decode_error: ourHello,
  decrypt_error: damaged,
  handshake_failure: noneInCommon,
  illegal_parameter: ourHello,
  inappropriate_fallback: otherVersion,
  insufficient_security: noneInCommon,
  internal_error: 'The server failed by itself: its log says why.',
  missing_extension: ourHello,
  no_application_protocol:
    'The server takes none of the application protocols that were offered: list one that it speaks with --alpn.',
  protocol_version: otherVersion,
  record_overflow: ourHello,
  unexpected_message: ourHello,
  unknown_ca: aboutClientCertificate,
  unrecognized_name: 'The server has no certificate for this name: give one that it serves with --servername NAME.',
  unsupported_certificate: aboutClientCertificate,
  unsupported_extension: ourHello,
};

const UNKNOWN_FAULT = 'The server sent what no TLS server may send. If other clients connect to it, please report this.';

const NOT_TLS = 'Check that the port speaks TLS and not another protocol.';

const FALSE_PROOF =
  "The server's proof does not match what was said: it computes other keys than this side, or something on the path changes the bytes.";

const TOO_MUCH =
  'The server goes on without coming to an end of its handshake. Check that the port is that of a sound TLS server.';

/** Advice by the name of an error that our side found: of engine wire first, then of OpenSSL. */
const FAULT_HINTS: Readonly<Record<string, string>> = {
  bad_finished: FALSE_PROOF,
  bad_record: FALSE_PROOF,
  bad_signature: FALSE_PROOF,
  no_extended_master_secret:
    'The server does without extended master secret (RFC 7627), which engine wire requires: take --engine openssl.',
  message_too_long: TOO_MUCH,
  not_tls: NOT_TLS,
  protocol_version: 'The server answered with another TLS version than it was asked for: choose one that it speaks with --tls.',
  record_overflow: NOT_TLS,
  too_many_messages: TOO_MUCH,
  bad_record_type: NOT_TLS,
  decryption_failed_or_bad_record_mac: FALSE_PROOF,
  digest_check_failed: FALSE_PROOF,
  excessive_message_size: TOO_MUCH,
  http_request: NOT_TLS,
  packet_length_too_long: NOT_TLS,
  too_many_warn_alerts: TOO_MUCH,
  unsupported_protocol:
    'The server answered with another TLS version than it was asked for: choose one that it speaks with --tls.',
  wrong_ssl_version: NOT_TLS,
  wrong_version_number: NOT_TLS,
};
