import { randomBytes } from 'node:crypto';
import { isConnectFailure, type Failure } from '../domain/failure.ts';
import type { HelloAnswerKind } from '../domain/probe-record.ts';
import type { StartTls } from '../domain/starttls.ts';
import type { HelloFields, RawHello } from '../tls/raw-hello.ts';
import { dialRawHello } from './raw-hello-dial.ts';

export interface Greeting {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | undefined;
  /** Builds the hello that offers what is asked for. */
  readonly offer: (fields: HelloFields) => RawHello;
}

export interface GreetingOptions {
  readonly starttls: StartTls | undefined;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The answer to a ClientHello that no handshake follows; not even a connection may come about, or it may not come to TLS. */
export interface Greeted {
  readonly answer: HelloAnswerKind;
  readonly unreachable: Failure | undefined;
  readonly withoutTls: Failure | undefined;
}

/**
 * Offers something in a ClientHello, and no more: a server's first answer says whether it would go on.
 *
 * @returns `undefined` where the signal ended it.
 */
export const greet = async (
  { address, port, serverName, offer }: Greeting,
  { starttls, connectTimeoutMs, signal }: GreetingOptions,
): Promise<Greeted | undefined> => {
  const hello = offer({ serverName, random: randomBytes(RANDOM_BYTES) });
  const result = await dialRawHello({ address, port, hello, starttls, timeoutMs: connectTimeoutMs, signal });
  if (signal?.aborted === true) return undefined;
  if (result.state === 'answered') {
    return { ...REACHED, answer: result.answer.state === 'accepted' ? 'accepted' : 'refused' };
  }
  const { failure } = result;
  if (isConnectFailure(failure.kind) || failure.kind === 'local')
    return { ...REACHED, answer: 'no-answer', unreachable: failure };
  if (failure.kind === 'starttls') return { ...REACHED, answer: 'no-answer', withoutTls: failure };
  // Some servers end the connection and say nothing.
  const hasAnswered = failure.kind === 'closed' || failure.kind === 'reset';
  return { ...REACHED, answer: hasAnswered ? 'refused' : 'no-answer' };
};

const REACHED = { unreachable: undefined, withoutTls: undefined } as const;

/** The random of a hello, and its session ID. */
const RANDOM_BYTES = 64;
