import { ResumarkError } from '../../domain/error.ts';
import { FAILURE_TEXT, type Failure } from '../../domain/failure.ts';
import { judge } from '../../domain/judgement.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import type { Attempt, Negotiated } from '../../engine/engine.ts';
import type { HandshakeResult } from '../../engine/perform.ts';

/**
 * Returns what a full handshake negotiated.
 *
 * @param target as messages name it.
 * @throws ResumarkError TARGET saying why no handshake can be measured there.
 */
export const negotiatedOf = (
  { failure, evidence, negotiated, firstByteNs }: HandshakeResult,
  { client, sendsRequest }: Attempt,
  target: string,
): Negotiated => {
  const { protocol } = client.settings;
  if (failure !== undefined) throw failureError(target, protocol, failure);
  if (negotiated === undefined || judge({ mode: 'full', protocol, expired: false }, evidence) === 'evidence-conflict') {
    throw new ResumarkError(
      'TARGET',
      `${target}: the TLS library and the plaintext hellos of a handshake contradict each other.`,
    );
  }
  if (sendsRequest && firstByteNs === 0) {
    throw new ResumarkError(
      'TARGET',
      `${target}: the ${protocolLabel(protocol)} handshake was finished, but the request was not answered.`,
      'Ask for something that the server answers, such as --request /health, or leave --request out.',
    );
  }
  return negotiated;
};

const failureError = (target: string, protocol: Protocol, failure: Failure): ResumarkError => {
  const detail = failure.detail === '' ? '' : ` (${failure.detail})`;
  return new ResumarkError(
    'TARGET',
    `${target}: no ${protocolLabel(protocol)} handshake: ${FAILURE_TEXT[failure.kind]}${detail}.`,
    hintOf(failure, protocol),
  );
};

const hintOf = (failure: Failure, protocol: Protocol): string => {
  switch (failure.kind) {
    case 'certificate':
      return 'Give its authority with --cacert FILE, its name with --servername NAME, or leave verification out with --insecure.';
    case 'alert':
      return `If the server does not speak ${protocolLabel(protocol)}, leave it out with --tls.`;
    case 'refused':
      return 'Start the server, or check the port.';
    case 'closed':
    case 'reset':
    case 'tls':
      return 'Check that the port speaks TLS and not another protocol.';
    case 'unreachable':
    case 'connect-timeout':
    case 'handshake-timeout':
      return 'Check the address and the way to it, or give more time with --timeout.';
    case 'local':
      return 'Check the limits of this machine: file descriptors (ulimit -n) and local ports.';
  }
};
