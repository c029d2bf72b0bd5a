import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { meterOfPid } from '../../cpu/meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import type { ServerCounts } from '../server-counts.ts';
import type { ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

export interface ReferenceServerSettings extends Partial<Pick<ServerOptions, 'delayMs' | 'workMs' | 'port' | 'ticketKeys'>> {
  readonly keyType: KeyType;
  readonly resumption: ServerOptions['resumption'];
}

/** A running reference server. */
export interface ReferenceServer {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** PEM; self-signed, so it is its own CA. */
  readonly certificate: string;
  /** Counts what the server itself has seen so far. */
  readonly counts: () => Promise<ServerCounts>;
  readonly close: () => Promise<void>;
}

/** Starts a reference server that clients verify by its own certificate. */
export const openReferenceServer = async (settings: ReferenceServerSettings): Promise<OpenTarget> => {
  const { address, port, certificate, pid, counts, close } = await startReferenceServer(settings);
  return { address, port, serverName: 'localhost', verify: true, ca: certificate, cpu: meterOfPid(pid), counts, close };
};

/**
 * Starts a reference server in a process of its own and waits until it listens.
 *
 * @throws ResumarkError USAGE when the port is taken or forbidden.
 */
export const startReferenceServer = async (settings: ReferenceServerSettings): Promise<ReferenceServer> => {
  // Loaded here: a run against external targets needs no certificate library.
  const { makeCertificate } = await import('../certificate.ts');
  const certificate = await makeCertificate(settings.keyType);
  const child = fork(serverModule(), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const exited = once(child, 'exit');
  const options: ServerOptions = {
    certificate,
    resumption: settings.resumption,
    delayMs: settings.delayMs ?? 0,
    workMs: settings.workMs ?? 0,
    port: settings.port ?? 0,
    ticketKeys: settings.ticketKeys,
  };
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  const answer = await ask(child, { type: 'listen', options });
  if (answer.type === 'failed') {
    await close();
    throw new ResumarkError(
      'USAGE',
      `the reference server cannot listen on port ${String(options.port)}: ${answer.code}.`,
      'Choose another port, or 0 for any free one.',
    );
  }
  if (answer.type !== 'listening' || child.pid === undefined) throw new TypeError(`the server answered ${answer.type}`);
  return {
    address: answer.address,
    port: answer.port,
    pid: child.pid,
    certificate: certificate.certificate,
    counts: async () => countsOf(await ask(child, { type: 'count' })),
    close,
  };
};

const ask = async (child: ChildProcess, request: ServerRequest): Promise<ServerResponse> => {
  const answered = new Promise<ServerResponse>((resolve, reject) => {
    const onMessage = (response: ServerResponse): void => {
      child.off('exit', onExit);
      resolve(response);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`the reference server ended with code ${String(code)} before it answered`));
    };
    child.once('message', onMessage).once('exit', onExit);
  });
  child.send(request);
  return answered;
};

const countsOf = (response: ServerResponse): ServerCounts => {
  if (response.type !== 'counts') throw new TypeError(`the server answered ${response.type}`);
  return response.counts;
};

/**
 * The compiled module beside this one; when this one runs as TypeScript, as in tests, the one in
 * `dist`.
 */
const serverModule = (): string => {
  const beside = fileURLToPath(new URL('./server-process.js', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../../dist/target/reference/server-process.js', import.meta.url));
};
