import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { agentQueue, PREFIX } from '../protocol/names.ts';
import { KEPT_S } from '../protocol/times.ts';
import type { BrokerAddress } from './address.ts';
import { patientConnection } from './connection.ts';

/** An agent that does not renew the lock of its task for so long does not carry it out any more. */
const LOCK_MS = 4000;

/** Events carry results: of these Redis keeps no history. */
const KEPT_EVENTS = 4;

/** Parts of a queue that stay when it has no tasks. */
const PARTS = ['meta', 'id', 'events', 'marker', 'stalled-check', 'wait', 'active', 'failed', 'completed'] as const;

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
    // A lost connection is made again by itself.
    this.#queue.on('error', () => undefined);
    this.#worker.on('error', () => undefined);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
  }

  /** Lets what is left of it in Redis end by itself some day. */
  async prolong(): Promise<void> {
    const batch = this.#connection.pipeline();
    for (const part of PARTS) batch.expire(this.#queue.toKey(part), KEPT_S);
    await batch.exec();
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
