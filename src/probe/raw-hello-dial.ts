import type { Socket } from 'node:net';
import type { Failure } from '../domain/failure.ts';
import { readHelloAnswer, type HelloAnswer, type RawHello } from '../tls/raw-hello.ts';
import { dialForTls, failureOf, type TlsDial } from './starttls/dial.ts';

export interface RawHelloDial extends TlsDial {
  readonly hello: RawHello;
}

/** What came of a ClientHello that no handshake follows: an answer, or none and how the connection ended. */
export type RawHelloResult =
  { readonly state: 'answered'; readonly answer: HelloAnswer } | { readonly state: 'failed'; readonly failure: Failure };

/** Sends a ClientHello of our own making, reads the server's first answer to it, and ends the connection. */
export const dialRawHello = async ({ hello, ...dial }: RawHelloDial): Promise<RawHelloResult> => {
  const dialled = await dialForTls(dial);
  return dialled.state === 'failed' ? dialled : answerOn(dialled.socket, hello, dial.timeoutMs);
};

const answerOn = (socket: Socket, hello: RawHello, timeoutMs: number): Promise<RawHelloResult> =>
  new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const settle = (result: RawHelloResult): void => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      resolve(result);
    };
    const fail = (failure: Failure): void => {
      settle({ state: 'failed', failure });
    };
    const timer = setTimeout(fail, timeoutMs, { kind: 'handshake-timeout', detail: '' });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readHelloAnswer(hello, received);
      if (answer.state !== 'more') settle({ state: 'answered', answer });
    });
    for (const ending of ['end', 'close']) {
      socket.on(ending, () => {
        fail({ kind: 'closed', detail: '' });
      });
    }
    socket.on('error', (error) => {
      fail(failureOf(error));
    });
    socket.resume().write(hello.bytes);
  });
