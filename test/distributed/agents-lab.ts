import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram, type ProgramFiles, type ProgramSettings, type RunningProgram } from '../../src/target/program/program.ts';
import { BIN, Resumark } from '../e2e/resumark.ts';
import { findProgram } from '../servers/require-program.ts';
import { startLabNginx, type LabNginx, type LabNginxOptions } from './lab-nginx.ts';
import { NetworkLab, whyNoNetworkLab, type LabHost } from './network-lab.ts';

const nginxProgram = findProgram('nginx', 'nginx-light');
const redisProgram = findProgram('redis-server', 'redis-server');

/** Why there can be no lab with agents here, or `undefined`. */
export const whyNoAgentsLab = (): string | undefined => {
  if (nginxProgram === undefined) return 'nginx is missing';
  if (redisProgram === undefined) return 'redis-server is missing';
  return whyNoNetworkLab();
};

/** An agent on a machine of its own. */
export interface LabAgent extends Pick<RunningProgram, 'output' | 'close'> {
  readonly name: string;
  readonly host: LabHost;
}

export interface LabAgentOptions {
  readonly name: string;
  /** Unless it is the lab's Redis at its first database: agents that wait at another one are no part of other runs. */
  readonly coordinator?: string;
  readonly workers?: number;
  readonly args?: readonly string[];
  /** Run on the machine before the agent starts. */
  readonly prepare?: string;
  readonly files?: ProgramFiles;
  readonly environment?: Readonly<Record<string, string>>;
}

/** More for the Redis server than an address. */
export type LabRedisOptions = Pick<ProgramSettings, 'prepare'> & { readonly args?: readonly string[] };

interface Parts {
  readonly network: NetworkLab;
  /** Runs are made here. */
  readonly resumark: Resumark;
  readonly redisHost: LabHost;
  readonly redis: RunningProgram;
  readonly targetHost: LabHost;
}

/** Machines of a lab: one where runs are made, one with Redis, one with the target, and one per agent. */
export class AgentsLab {
  readonly resumark: Resumark;
  readonly redisHost: LabHost;
  /** Folder that the Redis server runs in. */
  readonly redisFolder: string;
  readonly targetHost: LabHost;
  readonly #network: NetworkLab;
  readonly #redis: RunningProgram;
  readonly #programs: { close(): Promise<void> }[] = [];

  private constructor({ network, resumark, redisHost, redis, targetHost }: Parts) {
    this.#network = network;
    this.resumark = resumark;
    this.redisHost = redisHost;
    this.redisFolder = redis.folder;
    this.#redis = redis;
    this.targetHost = targetHost;
  }

  static async create(options: LabRedisOptions = {}): Promise<AgentsLab> {
    const network = await NetworkLab.create();
    try {
      const resumark = await Resumark.create((await network.host()).wrapper);
      const [redisHost, targetHost] = [await network.host(), await network.host()];
      return new AgentsLab({ network, resumark, redisHost, redis: await startRedis(redisHost, options), targetHost });
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /** @param database of Redis, to be apart from others. */
  url(database = 0): string {
    return `redis://${this.redisHost.address}/${String(database)}`;
  }

  async startNginx(options: LabNginxOptions = {}): Promise<LabNginx> {
    const nginx = await startLabNginx(nginxProgram ?? '', this.targetHost, options);
    this.#programs.push(nginx);
    return nginx;
  }

  /** Starts an agent on a new machine, and waits until it is there. */
  async startAgent({ name, coordinator = this.url(), workers = 1, ...options }: LabAgentOptions): Promise<LabAgent> {
    const { args = [], prepare, files = {}, environment = {} } = options;
    const host = await this.#network.host();
    if (prepare !== undefined) host.run(prepare);
    const fixed = ['agent', '--coordinator', coordinator, '--name', name, '--workers', String(workers)];
    const agent = await startProgram({
      command: [...host.wrapper, process.execPath, BIN, ...fixed, ...args],
      files,
      environment,
      address: host.address,
      // It listens nowhere.
      port: 9,
      isReady: hasPrinted(`${name} waits at `),
      startTimeoutMs: AGENT_START_MS,
    });
    this.#programs.push(agent);
    return { name, host, output: agent.output, close: agent.close };
  }

  /** Asks Redis, as redis-cli prints it. */
  askRedis(...args: readonly string[]): string {
    return this.redisHost.run(['redis-cli', ...args].map(quoted).join(' '));
  }

  /** Ends everything, Redis last: agents are not to wait for one that is gone. */
  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.close()));
    await this.#redis.close();
    await this.resumark.close();
    await this.#network.close();
  }
}

const startRedis = (host: LabHost, { args = [], prepare = [] }: LabRedisOptions): Promise<RunningProgram> => {
  const quiet = ['--save', '', '--protected-mode', 'no', '--dir', '{{folder}}'];
  return startProgram({
    command: [...host.wrapper, redisProgram ?? '', '--bind', '{{address}}', '127.0.0.1', ...quiet, ...args],
    prepare,
    address: host.address,
    port: 6379,
    isReady: hasPrinted('Ready to accept connections'),
  });
};

/** Sixteen that start at once share the cores. */
const AGENT_START_MS = 60_000;

const hasPrinted =
  (text: string) =>
  async ({ folder }: { readonly folder: string }): Promise<boolean> =>
    (await readFile(join(folder, 'output'), 'utf8').catch(() => '')).includes(text);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
