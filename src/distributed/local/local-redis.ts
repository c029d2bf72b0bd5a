import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResumarkError } from '../../domain/error.ts';
import { findProgram } from '../../target/program/find-program.ts';
import { GuardedProcess } from './guarded-process.ts';

/** Either speaks the protocol. */
export const REDIS_SERVERS = ['redis-server', 'valkey-server'] as const;

/** Time for the server to listen. */
const MOST_START_MS = 5000;

/** Listens on nothing but a socket file that is ours, and writes nothing. */
const QUIET = ['--port', '0', '--unixsocketperm', '700', '--save', '', '--appendonly', 'no'] as const;

/** A Redis server that nobody else can reach. It ends when this process does, by whatever cause. */
export class LocalRedis {
  readonly socket: string;
  readonly #process: GuardedProcess;

  private constructor(socket: string, process: GuardedProcess) {
    this.socket = socket;
    this.#process = process;
  }

  /** @returns `undefined` where none is installed. @throws ResumarkError USAGE when it does not start. */
  static async start(): Promise<LocalRedis | undefined> {
    const server = REDIS_SERVERS.map(findProgram).find((found) => found !== undefined);
    if (server === undefined) return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'resumark-redis-'));
    const socket = join(folder, 'redis.sock');
    const args = [...QUIET, '--unixsocket', socket, '--dir', folder];
    const redis = new LocalRedis(socket, await GuardedProcess.start(server, args, folder));
    try {
      await listening(socket, server);
      return redis;
    } catch (error) {
      await redis.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

const listening = async (socket: string, server: string): Promise<void> => {
  const startMs = performance.now();
  while (!existsSync(socket)) {
    if (performance.now() - startMs > MOST_START_MS)
      throw new ResumarkError('USAGE', `${server} did not start within ${String(MOST_START_MS / 1000)} s.`);
    await sleep(10);
  }
};
