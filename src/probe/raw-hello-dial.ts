import { connect } from 'node:net';
import type { Failure } from '../domain/failure.ts';
import { systemFailure } from '../engine/system-failure.ts';
import { readHelloAnswer, type HelloAnswer, type RawHello } from '../tls/raw-hello.ts';

export interface RawHelloDial {
  readonly address: string;
  readonly port: number;
  readonly hello: RawHello;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came of a ClientHello that no handshake follows: an answer, or none and how the connection ended. */
export type RawHelloResult =
  { readonly state: 'answered'; readonly answer: HelloAnswer } | { readonly state: 'failed'; readonly failure: Failure };

/** Sends a ClientHello of our own making, reads the server's first answer to it, and ends the connection. */
export const dialRawHello = ({ address, port, hello, timeoutMs, signal }: RawHelloDial): Promise<RawHelloResult> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port, signal });
    let received = Buffer.alloc(0);
    let isConnected = false;
    const settle = (result: RawHelloResult): void => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      resolve(result);
    };
    const fail = (kind: Failure['kind'], detail = ''): void => {
      settle({ state: 'failed', failure: { kind, detail } });
    };
    const timer = setTimeout(() => {
      fail(isConnected ? 'handshake-timeout' : 'connect-timeout');
    }, timeoutMs);
    socket.on('connect', () => {
      isConnected = true;
      socket.write(hello.bytes);
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readHelloAnswer(hello, received);
      if (answer.state !== 'more') settle({ state: 'answered', answer });
    });
    socket.on('close', () => {
      fail('closed');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.name;
      settle({ state: 'failed', failure: systemFailure(code) ?? { kind: 'local', detail: code } });
    });
  });
