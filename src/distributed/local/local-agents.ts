import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { usableCores } from '../../cpu/machine.ts';
import { ResumarkError } from '../../domain/error.ts';
import { findProgram } from '../../target/program/find-program.ts';
import { brokerAddress, type BrokerAddress } from '../broker/address.ts';
import { GuardedProcess } from './guarded-process.ts';

/** Either speaks the protocol. */
const SERVERS = ['redis-server', 'valkey-server'] as const;

/** Time for the server to listen. */
const MOST_START_MS = 5000;

/** Agents on this machine, and the Redis server that connects them with us. They end when this process does, by whatever cause. */
export class LocalAgents {
  readonly address: BrokerAddress;
  readonly #processes: readonly GuardedProcess[];

  private constructor(address: BrokerAddress, processes: readonly GuardedProcess[]) {
    this.address = address;
    this.#processes = processes;
  }

  /** @throws ResumarkError USAGE when no server is installed, or it does not start. */
  static async start(count: number): Promise<LocalAgents> {
    const server = SERVERS.map(findProgram).find((found) => found !== undefined);
    if (server === undefined) throw missing(count);
    const folder = await mkdtemp(join(tmpdir(), 'resumark-redis-'));
    const socket = join(folder, 'redis.sock');
    const processes = [await GuardedProcess.start(server, [...QUIET_SERVER, '--unixsocket', socket, '--dir', folder], folder)];
    const local = new LocalAgents(await brokerAddress(`unix:${socket}`, { environment: {} }), processes);
    try {
      await listening(socket, server);
      const workers = Math.max(1, Math.floor(usableCores() / count));
      for (let number = 1; number <= count; number++)
        processes.push(await startAgent(socket, `local-${String(number)}`, workers));
      return local;
    } catch (error) {
      await local.close();
      throw error;
    }
  }

  /** Ends the agents first: they are not to wait for a server that is gone. */
  async close(): Promise<void> {
    const [server, ...agents] = this.#processes;
    await Promise.all(agents.map((agent) => agent.stop()));
    await server?.stop();
  }
}

/** Listens on nothing but a socket file that is ours, and writes nothing. */
const QUIET_SERVER = ['--port', '0', '--unixsocketperm', '700', '--save', '', '--appendonly', 'no'] as const;

const startAgent = async (socket: string, name: string, workers: number): Promise<GuardedProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'resumark-agent-'));
  const args = [
    programPath(),
    'agent',
    '--coordinator',
    `unix:${socket}`,
    '--name',
    name,
    '--workers',
    String(workers),
    '--quiet',
  ];
  return GuardedProcess.start(process.execPath, args, folder);
};

/** The compiled program; when this module runs as TypeScript, as in tests, the one in `dist`. */
const programPath = (): string => {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const beside = join(root, 'bin.js');
  return existsSync(beside) ? beside : join(root, '..', 'dist', 'bin.js');
};

const listening = async (socket: string, server: string): Promise<void> => {
  const startMs = performance.now();
  while (!existsSync(socket)) {
    if (performance.now() - startMs > MOST_START_MS)
      throw new ResumarkError('USAGE', `${server} did not start within ${String(MOST_START_MS / 1000)} s.`);
    await sleep(10);
  }
};

const missing = (count: number): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `--agents ${String(count)} without --coordinator needs a Redis server on this machine, but neither ${SERVERS.join(' nor ')} is installed.`,
    'Install one (apt-get install redis-server), or name a running one: --coordinator redis://host:6379.',
  );
