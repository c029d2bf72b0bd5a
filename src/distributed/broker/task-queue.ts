import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { agentQueue, PREFIX } from '../protocol/names.ts';
import { KEPT_S } from '../protocol/times.ts';
import type { BrokerAddress } from './address.ts';
import { patientConnection } from './connection.ts';

/** An agent that does not renew the lock of its task for so long does not carry it out any more. */
const LOCK_MS = 4000;

/** Events carry results: of these Redis keeps no history. */
const KEPT_EVENTS = 4;

/** Parts of a queue that a job leaves behind. */
const OF_QUEUE = ['meta', 'id', 'events', 'marker', 'stalled-check', 'wait', 'active', 'failed', 'completed'] as const;

/** Parts of a parent that its children write to. */
const OF_PARENT = ['', ':dependencies', ':processed', ':failed', ':unsuccessful'] as const;

/** Gives keys a time to live, in one command. ARGV: seconds. */
const EXPIRE = `for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end`;

/** The queue of one agent, which carries out one task after the other. */
export class TaskQueue {
  readonly #connection: Redis;
  readonly #worker: Worker;
  readonly #queue: Queue;

  /** @param carryOut its result is the answer; what it throws is the reason why there is none. */
  constructor(address: BrokerAddress, agentId: string, carryOut: (task: unknown) => Promise<unknown>) {
    this.#connection = patientConnection(address);
    const options = { connection: this.#connection, prefix: PREFIX };
    this.#queue = new Queue(agentQueue(agentId), { ...options, streams: { events: { maxLen: KEPT_EVENTS } } });
    const begin = (task: unknown): Promise<unknown> => {
      // By now its parts exist: what an agent that is killed leaves ends by itself, too.
      void this.prolong().catch(() => undefined);
      return carryOut(task);
    };
    this.#worker = new Worker(agentQueue(agentId), (job) => begin(job.data), {
      ...options,
      concurrency: 1,
      lockDuration: LOCK_MS,
      // A task is never begun twice: who notices that it was left is the coordinator.
      maxStalledCount: 0,
      skipStalledCheck: true,
    });
    const prolong = (job: Job | undefined): void => {
      void this.prolong(job?.parentKey).catch(() => undefined);
    };
    this.#worker.on('completed', prolong).on('failed', prolong);
    // A lost connection is made again by itself.
    this.#queue.on('error', () => undefined);
    this.#worker.on('error', () => undefined);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
  }

  /**
   * Lets what is left in Redis end by itself some day.
   *
   * @param parent key of a task that was a part of another one: where its coordinator is gone, nobody else tidies up.
   */
  async prolong(parent?: string): Promise<void> {
    const own = OF_QUEUE.map((part) => this.#queue.toKey(part));
    const above = parent === undefined ? [] : keysAbove(parent);
    await this.#connection.eval(EXPIRE, own.length + above.length, ...own, ...above, KEPT_S);
  }

  async close(): Promise<void> {
    await this.#worker.close(true);
    await Promise.race([
      this.#queue.obliterate({ force: true }).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, LOCK_MS).unref()),
    ]);
    await this.#queue.close();
    this.#connection.disconnect();
  }
}

/** `resumark:run-TOKEN:JOB`, and its queue. */
const keysAbove = (parent: string): string[] => {
  const queue = parent.slice(0, parent.lastIndexOf(':') + 1);
  return [...OF_PARENT.map((part) => `${parent}${part}`), ...OF_QUEUE.map((part) => `${queue}${part}`)];
};
