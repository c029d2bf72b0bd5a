import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LocalRedis } from '../../src/distributed/local/local-redis.ts';
import type { AgentsOrder } from './agents-process.ts';
import type { CoordinatorMessage, CoordinatorOrder } from './coordinator-process.ts';
import { redisUsage, type RedisUsage } from './redis-usage.ts';
import { joinedMarks, type TaskMark } from './task-marks.ts';

type Ended = Extract<CoordinatorMessage, { type: 'ended' }>;

/** Everything that was seen of one run. */
export interface Simulated extends Omit<Ended, 'type'> {
  readonly windowMs: number;
  readonly agents: number;
  readonly tasks: ReadonlyMap<number, TaskMark>;
  /** Redis while agents wait and nobody works with them. */
  readonly idle: Interval;
  /** Redis from the first window that counts to the end of the last. */
  readonly loaded: Interval;
}

export interface Interval {
  readonly before: RedisUsage;
  readonly after: RedisUsage;
}

/** More agents than this of one process would wait for each other rather than for Redis. */
const MOST_OF_PROCESS = 250;

const IDLE_MS = 3000;

/** A run that takes longer than this hangs. */
const MOST_MS = 180_000;

/** Runs the coordinator with so many simulated agents, all of them in processes of their own, and a Redis of their own. */
export const simulate = async (order: Omit<CoordinatorOrder, 'socket'>, file: string): Promise<Simulated> => {
  const redis = await LocalRedis.start();
  if (redis === undefined) throw new Error('redis-server is missing: apt-get install redis-server');
  const children: ChildProcess[] = [];
  try {
    const processes = await startAgents({ socket: redis.socket, file, agents: order.agents, children });
    const idle = await idleUsage(redis.socket);
    const coordinator = start('coordinator-process', { ...order, socket: redis.socket }, children);
    const { loaded, ended } = await observed(coordinator, redis.socket);
    const tasks = joinedMarks((await Promise.all(processes.map(marksOf))).flat());
    return { ...ended, agents: order.agents, windowMs: order.windowMs, tasks, idle, loaded };
  } finally {
    await Promise.all(children.map(ended));
    await redis.stop();
  }
};

const startAgents = async ({
  children,
  agents,
  ...common
}: Pick<AgentsOrder, 'socket' | 'file'> & {
  readonly agents: number;
  readonly children: ChildProcess[];
}): Promise<readonly ChildProcess[]> => {
  const firsts = Array.from({ length: Math.ceil(agents / MOST_OF_PROCESS) }, (_, index) => 1 + index * MOST_OF_PROCESS);
  return Promise.all(
    firsts.map(async (first) => {
      const count = Math.min(MOST_OF_PROCESS, agents + 1 - first);
      const child = start('agents-process', { ...common, first, count } satisfies AgentsOrder, children);
      await answer(child);
      return child;
    }),
  );
};

const idleUsage = async (socket: string): Promise<Interval> => {
  const before = await redisUsage(socket);
  await sleep(IDLE_MS);
  return { before, after: await redisUsage(socket) };
};

const observed = async (
  coordinator: ChildProcess,
  socket: string,
): Promise<{ readonly loaded: Interval; readonly ended: Ended }> => {
  await answer(coordinator);
  const before = await redisUsage(socket);
  const message = (await answer(coordinator)) as CoordinatorMessage;
  if (message.type !== 'ended') throw new Error('the coordinator began twice');
  return { loaded: { before, after: await redisUsage(socket) }, ended: message };
};

const marksOf = async (child: ChildProcess): Promise<readonly TaskMark[]> => {
  child.send('marks');
  return (await answer(child)) as readonly TaskMark[];
};

const start = (name: string, order: AgentsOrder | CoordinatorOrder, children: ChildProcess[]): ChildProcess => {
  const path = fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
  const child = fork(path, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.push(child);
  return child;
};

/** The next message. @throws Error when the process has ended, or says nothing for too long. */
const answer = async (child: ChildProcess): Promise<unknown> => {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(MOST_MS)]);
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal }).then(([code]: unknown[]) => {
        throw new Error(`a process of the simulation ended with ${String(code)}`);
      }),
    ]);
  } finally {
    over.abort();
  }
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
