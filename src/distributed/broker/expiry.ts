import type { Redis } from 'ioredis';
import { KEPT_S } from '../protocol/times.ts';

/** What BullMQ keeps of a queue. */
const OF_QUEUE = [
  ...['meta', 'id', 'events', 'marker', 'stalled-check'],
  ...['wait', 'active', 'failed', 'completed', 'waiting-children'],
] as const;

/** What it keeps of a job that has children. */
const OF_PARENT = ['', ':dependencies', ':processed', ':failed', ':unsuccessful'] as const;

/** Gives keys a time to live, in one command. ARGV: seconds. */
const EXPIRE = `for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end`;

/** @param queue as `resumark:run-TOKEN`. */
export const keysOfQueue = (queue: string): string[] => OF_QUEUE.map((part) => `${queue}:${part}`);

/** @param job as `resumark:run-TOKEN:JOB`: its keys, and those of its queue. */
export const keysOfParent = (job: string): string[] => [
  ...OF_PARENT.map((part) => `${job}${part}`),
  ...keysOfQueue(job.slice(0, job.lastIndexOf(':'))),
];

/** Lets keys that nobody may be left to remove end by themselves. Those that are not there stay so; a lost connection is no matter. */
export const expire = async (connection: Redis, keys: readonly string[]): Promise<void> => {
  await connection.eval(EXPIRE, keys.length, ...keys, KEPT_S).catch(() => undefined);
};
