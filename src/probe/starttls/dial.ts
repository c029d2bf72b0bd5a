import { connect, type Socket } from 'node:net';
import type { Failure } from '../../domain/failure.ts';
import type { StartTls } from '../../domain/starttls.ts';
import { systemFailure } from '../../engine/system-failure.ts';
import { Dialogue, type DialogueStep } from '../../tls/starttls/dialogue.ts';

export interface TlsDial {
  readonly address: string;
  readonly port: number;
  /** The protocol in which TLS must be asked for; `undefined` where it begins at once. */
  readonly starttls: StartTls | undefined;
  /** Time limit for the TCP connect, and for the dialogue, each on its own. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A connection on which TLS is to begin, paused, or the reason why there is none. */
export type TlsDialled =
  { readonly state: 'ready'; readonly socket: Socket } | { readonly state: 'failed'; readonly failure: Failure };

/** Connects to a server, and asks for TLS where its protocol wants that. */
export const dialForTls = async (dial: TlsDial): Promise<TlsDialled> => {
  const dialled = await connected(dial);
  return dialled.state === 'failed' || dial.starttls === undefined
    ? dialled
    : agreed(dialled.socket, new Dialogue(dial.starttls), dial.timeoutMs);
};

const connected = ({ address, port, timeoutMs, signal }: TlsDial): Promise<TlsDialled> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port, signal, noDelay: true, allowHalfOpen: true });
    const fail = (failure: Failure): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ state: 'failed', failure });
    };
    const timer = setTimeout(fail, timeoutMs, { kind: 'connect-timeout', detail: '' });
    const onError = (error: NodeJS.ErrnoException): void => {
      fail(failureOf(error));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve({ state: 'ready', socket: socket.pause() });
    });
  });

/** Leads the dialogue. No listener of it is left on the socket. */
const agreed = (socket: Socket, dialogue: Dialogue, timeoutMs: number): Promise<TlsDialled> =>
  new Promise((resolve) => {
    const settle = (dialled: TlsDialled): void => {
      clearTimeout(timer);
      socket.pause().off('data', onData).off('end', onEnd).off('error', onError);
      if (dialled.state === 'failed') abandon(socket);
      resolve(dialled);
    };
    const fail = (detail: string): void => {
      settle({ state: 'failed', failure: { kind: 'starttls', detail } });
    };
    const take = (step: DialogueStep): void => {
      if (step.state === 'failed') fail(step.reason);
      else if (step.state === 'ready') settle({ state: 'ready', socket });
      else if (step.send.length > 0) socket.write(step.send);
    };
    const onData = (chunk: Buffer): void => {
      take(dialogue.receive(chunk));
    };
    const onEnd = (): void => {
      fail('closed');
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      fail(failureOf(error).kind);
    };
    const timer = setTimeout(fail, timeoutMs, 'timeout');
    socket.on('data', onData).once('end', onEnd).once('error', onError);
    take(dialogue.begin());
    socket.resume();
  });

/** Ends a connection at once; what it may still say against that is of no interest. */
const abandon = (socket: Socket): void => {
  socket.on('error', () => undefined);
  socket.resetAndDestroy();
};

export const failureOf = (error: NodeJS.ErrnoException): Failure => {
  const code = error.code ?? error.name;
  return systemFailure(code) ?? { kind: 'local', detail: code };
};
