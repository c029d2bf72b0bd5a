import type { LoadSource } from '../load/load-source.ts';
import { version } from './version.ts';

/** Machines that a run loads with, until they are let go. */
export interface GatheredAgents extends LoadSource {
  close(): Promise<void>;
}

export interface GatherAgentsOptions {
  /** Agents that the load is split over. */
  readonly agents: number;
  /** Longest wait for them; 30 s when not given. */
  readonly readyTimeoutMs?: number;
  /** User at Redis; `RESUMARK_REDIS_USER` when not given. */
  readonly user?: string | undefined;
  /** File with the password at Redis; `RESUMARK_REDIS_PASSWORD` when not given. */
  readonly passwordFile?: string | undefined;
  readonly signal?: AbortSignal;
  /** Called when the number of agents that are ready changes. */
  readonly onReady?: (ready: number, asked: number) => void;
  /** Called with a sentence for what is no error but unwise. */
  readonly warn?: (text: string) => void;
}

const READY_TIMEOUT_MS = 30_000;

/**
 * Gathers agents that wait at a Redis server, to run with `loadFrom`.
 *
 * @param coordinator `redis://host:6379`; `undefined` starts a server and the agents on this machine.
 * @throws ResumarkError USAGE when Redis cannot be used, or too few agents are there in time.
 */
export const gatherAgents = async (coordinator: string | undefined, options: GatherAgentsOptions): Promise<GatheredAgents> => {
  // BullMQ and its Redis client are loaded by those who use them only.
  const { gatherFrom, gatherHere } = await import('../distributed/gather.ts');
  const { user, passwordFile, readyTimeoutMs = READY_TIMEOUT_MS, warn = () => undefined, ...wanted } = options;
  const wish = { ...wanted, readyTimeoutMs, version, warn };
  if (coordinator === undefined) return gatherHere(wish);
  return gatherFrom(coordinator, { user, passwordFile, environment: process.env }, wish);
};
