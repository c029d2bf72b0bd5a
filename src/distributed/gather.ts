import { lookup } from 'node:dns/promises';
import { isPrivateAddress } from '../target/authorization.ts';
import { brokerAddress, type BrokerAddress, type Credentials } from './broker/address.ts';
import type { PoolOptions } from './coordinator/options.ts';
import { Agents } from './coordinator/agents.ts';
import { LocalAgents } from './local/local-agents.ts';

export interface GatherOptions extends Omit<PoolOptions, 'coordinator'> {
  /** Called with a sentence for what is no error but unwise. */
  readonly warn: (text: string) => void;
}

/** Agents that work for a command until it closes them. */
export type GatheredAgents = Pick<Agents, 'check' | 'start' | 'close'>;

/**
 * Gathers agents that wait at a Redis server.
 *
 * @throws ResumarkError USAGE when Redis cannot be used, or too few agents are there in time.
 */
export const gatherFrom = async (url: string, credentials: Credentials, options: GatherOptions): Promise<GatheredAgents> => {
  const address = await brokerAddress(url, credentials);
  await warnIfOpen(address, options.warn);
  return Agents.gather({ ...options, coordinator: address });
};

/**
 * Starts agents on this machine, with a Redis server of their own that nobody else can reach.
 *
 * @throws ResumarkError USAGE when none is installed.
 */
export const gatherHere = async (options: GatherOptions): Promise<GatheredAgents> => {
  const local = await LocalAgents.start(options.agents);
  try {
    const agents = await Agents.gather({ ...options, coordinator: local.address });
    return {
      check: (scenario) => agents.check(scenario),
      start: (engine, scenario) => agents.start(engine, scenario),
      close: async () => {
        await agents.close();
        await local.close();
      },
    };
  } catch (error) {
    await local.close();
    throw error;
  }
};

/** Warns when everybody may give tasks to the agents of a Redis server. */
export const warnIfOpen = async ({ host, password, shown }: BrokerAddress, warn: (text: string) => void): Promise<void> => {
  if (host === undefined || password !== undefined) return;
  const addresses = await lookup(host, { all: true }).catch(() => []);
  const open = addresses.find(({ address }) => !isPrivateAddress(address));
  if (open === undefined) return;
  warn(
    `Redis at ${shown} has the public address ${open.address} and is used without a password: whoever reaches it can make agents load. Set a password there, and use rediss://.`,
  );
};
