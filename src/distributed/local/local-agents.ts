import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usableCores } from '../../cpu/machine.ts';
import { ResumarkError } from '../../domain/error.ts';
import { brokerAddress, type BrokerAddress } from '../broker/address.ts';
import { GuardedProcess } from './guarded-process.ts';
import { LocalRedis, REDIS_SERVERS } from './local-redis.ts';

/** Agents on this machine, and the Redis server that connects them with us. They end when this process does, by whatever cause. */
export class LocalAgents {
  readonly address: BrokerAddress;
  readonly #redis: LocalRedis;
  readonly #agents: GuardedProcess[] = [];

  private constructor(address: BrokerAddress, redis: LocalRedis) {
    this.address = address;
    this.#redis = redis;
  }

  /** @throws ResumarkError USAGE when they are more than this machine is for, no server is installed, or it does not start. */
  static async start(count: number): Promise<LocalAgents> {
    refuseTooMany(count);
    const redis = await LocalRedis.start();
    if (redis === undefined) throw missing(count);
    const local = new LocalAgents(await brokerAddress(`unix:${redis.socket}`, { environment: {} }), redis);
    try {
      const workers = Math.max(1, Math.floor(usableCores() / count));
      for (let number = 1; number <= count; number++)
        local.#agents.push(await startAgent(redis.socket, `local-${String(number)}`, workers));
      return local;
    } catch (error) {
      await local.close();
      throw error;
    }
  }

  /** Ends the agents first: they are not to wait for a server that is gone. */
  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.#redis.stop();
  }
}

/** Agents of one machine share its cores; more than these are a slip of the keyboard that would take all of its memory. */
const MOST_AGENTS = 32;
const MOST_AGENTS_PER_CORE = 4;

const refuseTooMany = (count: number): void => {
  const cores = usableCores();
  const most = Math.max(MOST_AGENTS, MOST_AGENTS_PER_CORE * cores);
  if (count <= most) return;
  throw new ResumarkError(
    'USAGE',
    `--agents ${String(count)} without --coordinator would start ${String(count)} processes on this machine of ${String(cores)} ${cores === 1 ? 'core' : 'cores'}, where at most ${String(most)} are started.`,
    'Start agents on other machines (resumark agent), and name the Redis server where they wait: --coordinator redis://host:6379.',
  );
};

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

const missing = (count: number): ResumarkError =>
  new ResumarkError(
    'USAGE',
    `--agents ${String(count)} without --coordinator needs a Redis server on this machine, but neither ${REDIS_SERVERS.join(' nor ')} is installed.`,
    'Install one (apt-get install redis-server), or name a running one: --coordinator redis://host:6379.',
  );
