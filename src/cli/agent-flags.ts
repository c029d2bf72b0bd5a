import type { Argv } from 'yargs';
import { ResumarkError } from '../domain/error.ts';
import { gatherAgents, type GatheredAgents } from '../run/gather-agents.ts';
import { parseDurationMs } from '../scenario/quantity.ts';
import type { Credentials } from '../distributed/broker/address.ts';
import type { ParsedFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Declares the flags by which agents are found. */
export const withAgentFlags = (yargs: Argv): Argv =>
  withRedisFlags(
    yargs
      .option('agents', {
        type: 'string',
        requiresArg: true,
        describe: 'Load with so many agents; without --coordinator they are started on this machine',
        group: 'Agents:',
      })
      .option('ready-timeout', {
        type: 'string',
        requiresArg: true,
        describe: 'Longest wait for the agents to be there',
        defaultDescription: '30s',
        group: 'Agents:',
      }),
  ).option('coordinator', {
    type: 'string',
    requiresArg: true,
    describe: 'Redis or Valkey server at which the agents wait: redis://host:6379, rediss:// for TLS, unix:/path',
    group: 'Agents:',
  });

/** Declares the flags by which Redis lets us in. */
export const withRedisFlags = (yargs: Argv): Argv =>
  yargs
    .option('redis-user', {
      type: 'string',
      requiresArg: true,
      describe: 'User at Redis; or set RESUMARK_REDIS_USER',
      group: 'Agents:',
    })
    .option('redis-password-file', {
      type: 'string',
      requiresArg: true,
      describe: 'File with the password at Redis; or set RESUMARK_REDIS_PASSWORD',
      group: 'Agents:',
    });

/**
 * Gathers the agents that the flags ask for.
 *
 * @returns `undefined` where none are asked for.
 */
export const agentsOfFlags = async (
  terminal: Terminal,
  parsed: ParsedFlags,
  signal: AbortSignal,
): Promise<GatheredAgents | undefined> => {
  refuseIdle(parsed);
  const [count, coordinator] = [textOf(parsed['agents']), textOf(parsed['coordinator'])];
  if (count === undefined) return undefined;
  const agents = agentCount(count);
  const readyTimeoutMs = timeoutOf(parsed['ready-timeout']);
  return gatherAgents(coordinator, {
    agents,
    readyTimeoutMs,
    user: textOf(parsed['redis-user']),
    passwordFile: textOf(parsed['redis-password-file']),
    signal,
    onReady: (ready) => {
      if (parsed['quiet'] !== true) terminal.err(`${String(ready)} of ${String(agents)} agents are ready\n`);
    },
    warn: (text) => {
      terminal.err(`warning: ${text}\n`);
    },
  });
};

/** Flags that say something only beside another one, and how to give that one. */
const BESIDE = [
  ['coordinator', 'agents', 'Say how many agents to load with: --agents 4.'],
  ['ready-timeout', 'agents', 'Say how many agents to load with: --agents 4.'],
  ['redis-user', 'coordinator', 'Name the Redis server: --coordinator redis://host:6379.'],
  ['redis-password-file', 'coordinator', 'Name the Redis server: --coordinator redis://host:6379.'],
] as const;

const refuseIdle = (parsed: ParsedFlags): void => {
  const idle = BESIDE.find(([flag, other]) => parsed[flag] !== undefined && parsed[other] === undefined);
  if (idle !== undefined) throw new ResumarkError('USAGE', `--${idle[0]} is given without --${idle[1]}.`, idle[2]);
};

/** User and password at Redis, as they are given. */
export const redisCredentials = (parsed: ParsedFlags): Credentials => ({
  user: textOf(parsed['redis-user']),
  passwordFile: textOf(parsed['redis-password-file']),
  environment: process.env,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const timeoutOf = (flag: unknown): number => {
  const ms = parseDurationMs(flag ?? '30s');
  if (ms !== undefined) return ms;
  throw new ResumarkError('USAGE', `--ready-timeout ${String(flag)} is no duration.`, 'Write --ready-timeout 30s.');
};

const MOST_AGENTS = 10_000;

const agentCount = (text: string): number => {
  const count = /^\d+$/u.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_AGENTS) return count;
  throw new ResumarkError('USAGE', `--agents ${text} is no whole number from 1 to ${String(MOST_AGENTS)}.`, 'Write --agents 4.');
};
