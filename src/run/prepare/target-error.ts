import { ResumarkError } from '../../domain/error.ts';
import { FAILURE_TEXT, type Failure } from '../../domain/failure.ts';
import { judge } from '../../domain/judgement.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import { NOT_HTTP } from '../../engine/answer.ts';
import type { Attempt, Negotiated } from '../../engine/engine.ts';
import type { HandshakeResult } from '../../engine/perform.ts';
import { failureHint } from './failure-hint.ts';

/** A target that cannot be measured, or not by this engine. */
export class PreflightError extends ResumarkError {
  /** The reason for trying another engine, `undefined` where none would do better. */
  readonly obstacle: string | undefined;

  constructor(message: string, hint?: string, obstacle?: string) {
    super('TARGET', message, hint);
    this.obstacle = obstacle;
  }
}

/** Names of the parties in messages. */
export interface Parties {
  readonly engine: string;
  readonly target: string;
}

/**
 * Returns what a full handshake negotiated.
 *
 * @throws PreflightError saying why no handshake can be measured there.
 */
export const negotiatedOf = (result: HandshakeResult, attempt: Attempt, parties: Parties): Negotiated => {
  const { failure, evidence, negotiated } = result;
  const { request, protocol } = attempt.client.settings;
  const { target } = parties;
  if (failure !== undefined) throw failureError(failure, result, attempt, parties);
  if (negotiated === undefined || judge({ mode: 'full', protocol, expired: false }, evidence) === 'evidence-conflict') {
    throw new PreflightError(`${target}: the TLS library and the plaintext hellos of a handshake contradict each other.`);
  }
  if (attempt.sendsRequest) refuseAnswer(result, { alpn: negotiated.alpn, isHttp: isHttp(request), protocol, target });
  return negotiated;
};

interface Requested {
  readonly alpn: string;
  /** True for an HTTP request, false for a single byte. */
  readonly isHttp: boolean;
  readonly protocol: Protocol;
  readonly target: string;
}

const isHttp = (request: string | undefined): boolean => request?.startsWith('GET ') === true;

/** @throws PreflightError where the first byte that comes is no answer to the request. */
const refuseAnswer = ({ firstByteNs, answerStatus }: HandshakeResult, { alpn, isHttp, protocol, target }: Requested): void => {
  if (alpn === 'h2') {
    // A server of HTTP/2 speaks first, so that its settings would be taken for the answer.
    throw new PreflightError(
      `${target}: the server chose HTTP/2 (h2) by ALPN, but --request sends ${isHttp ? 'HTTP/1.1' : 'a byte that is no HTTP/2'}.`,
      'Offer HTTP/1.1 alone with --alpn http/1.1, or leave --request out.',
    );
  }
  if (firstByteNs === 0) {
    throw new PreflightError(
      `${target}: the ${protocolLabel(protocol)} handshake was finished, but the request was not answered.`,
      'Ask for something that the server answers, such as --request /health, or leave --request out.',
    );
  }
  if (isHttp && answerStatus === NOT_HTTP) {
    throw new PreflightError(
      `${target}: the server answered the HTTP/1.1 request with something else.`,
      'Time what it sends after a single byte with --request byte, or leave --request out.',
    );
  }
};

const failureError = (
  failure: Failure,
  { asksForCertificate }: HandshakeResult,
  { client: { settings } }: Attempt,
  { engine, target }: Parties,
): PreflightError => {
  const detail = failure.detail === '' ? '' : ` (${failure.detail})`;
  const reason = `${FAILURE_TEXT[failure.kind]}${detail}`;
  const label = protocolLabel(settings.protocol);
  return new PreflightError(
    `${target}: no ${label} handshake: ${reason}.`,
    failureHint(failure, {
      protocol: settings.protocol,
      engine,
      asksForCertificate,
      hasIdentity: settings.identity !== undefined,
    }),
    dependsOnHello(failure) ? `engine ${engine} makes no ${label} handshake with ${target}: ${reason}.` : undefined,
  );
};

/** Another engine offers more, and takes what this one does not; but it dials the same address and trusts the same authorities. */
const dependsOnHello = ({ kind }: Failure): boolean =>
  kind === 'alert' || kind === 'tls' || kind === 'closed' || kind === 'reset' || kind === 'unconfirmed';
