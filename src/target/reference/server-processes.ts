import type { Duplex } from 'node:stream';
import { ResumarkError } from '../../domain/error.ts';
import { OwnProcess } from '../own-process.ts';
import { cannotListen } from '../ports.ts';
import type { ServerCounts } from '../server-counts.ts';
import type { ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

type ServerProcess = OwnProcess<ServerRequest, ServerResponse>;

type Listening = Omit<Extract<ServerResponse, { readonly type: 'listening' }>, 'type'>;

const NOTHING: ServerCounts = { handshakes: 0, resumed: 0 };

/** The processes of one reference server, one after the other on the same port. */
export class ServerProcesses {
  /** Where it listens, and on what. */
  readonly listening: Listening;
  #options: ServerOptions;
  #process: ServerProcess;
  /** Counted by those that have ended. */
  #before = NOTHING;
  #isRunning = true;

  /** @throws ResumarkError USAGE when the port is taken or forbidden, or a setting is not to be had here. */
  static async start(options: ServerOptions, sharedCache: Duplex | undefined): Promise<ServerProcesses> {
    const { process, listening } = await launch(options, sharedCache);
    return new ServerProcesses(process, listening, options);
  }

  private constructor(process: ServerProcess, listening: Listening, options: ServerOptions) {
    this.#process = process;
    this.listening = listening;
    this.#options = { ...options, port: listening.port };
  }

  get pid(): number {
    return this.#process.pid;
  }

  async counts(): Promise<ServerCounts> {
    if (!this.#isRunning) return this.#before;
    const { handshakes, resumed } = countsOf(await this.#process.ask({ type: 'count' }));
    return { handshakes: this.#before.handshakes + handshakes, resumed: this.#before.resumed + resumed };
  }

  async rotate(): Promise<void> {
    await this.#process.ask({ type: 'rotate' });
    this.#options = { ...this.#options, rotations: this.#options.rotations + 1 };
  }

  async renew(hosts: ServerOptions['hosts']): Promise<void> {
    await this.#process.ask({ type: 'renew', hosts });
    this.#options = { ...this.#options, hosts };
  }

  /** Ends at once: a server that was stopped, too, or that is in the middle of a handshake. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    await this.#process.close();
  }

  /** Keeps what was counted; handshakes that end between that and the end are in no count. */
  async stopCounting(): Promise<void> {
    this.#before = await this.counts();
    await this.stop();
  }

  async startAgain(): Promise<void> {
    this.#process = (await launch(this.#options, undefined)).process;
    this.#isRunning = true;
  }
}

const launch = async (
  options: ServerOptions,
  sharedCache: Duplex | undefined,
): Promise<{ readonly process: ServerProcess; readonly listening: Listening }> => {
  const pipes = sharedCache === undefined ? [] : [sharedCache];
  const process = new OwnProcess<ServerRequest, ServerResponse>('reference/server-process', pipes);
  sharedCache?.destroy();
  const answer = await process.ask({ type: 'listen', options });
  if (answer.type === 'listening') return { process, listening: answer };
  await process.close();
  throw failureOf(answer, options);
};

const failureOf = (answer: ServerResponse, { port }: ServerOptions): Error => {
  switch (answer.type) {
    case 'unreachable':
      return cannotListen('reference server', port, answer.code);
    case 'refused':
      return new ResumarkError('USAGE', `the reference server cannot be started: ${answer.message}`);
    case 'listening':
    case 'counts':
    case 'done':
      return new TypeError(`the server answered ${answer.type}`);
  }
};

const countsOf = (response: ServerResponse): ServerCounts => {
  if (response.type !== 'counts') throw new TypeError(`the server answered ${response.type}`);
  return response.counts;
};
