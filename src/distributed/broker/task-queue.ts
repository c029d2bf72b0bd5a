import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { within } from '../../engine/within.ts';
import { agentQueue, PREFIX } from '../protocol/names.ts';
import type { BrokerAddress } from './address.ts';
import { patientConnection } from './connection.ts';
import { expire, keysOfParent, keysOfQueue } from './expiry.ts';

/** An agent that does not renew the lock of its task for so long does not carry it out any more. */
const LOCK_MS = 4000;

/** Events carry results: of these Redis keeps no history. */
const KEPT_EVENTS = 4;

/** Answers are not to wait for what is tidied up behind them. */
const TIDY_AFTER_MS = 1000;

/** The queue of one agent, which carries out one task after the other. */
export class TaskQueue {
  readonly #connection: Redis;
  readonly #worker: Worker;
  readonly #queue: Queue;
  /** Of the task that went on last. */
  #parent: string | undefined;
  #tidying: NodeJS.Timeout | undefined;

  /** @param carryOut its result is the answer; what it throws is the reason why there is none. */
  constructor(address: BrokerAddress, agentId: string, carryOut: (task: unknown) => Promise<unknown>) {
    this.#connection = patientConnection(address);
    const options = { connection: this.#connection, prefix: PREFIX };
    this.#queue = new Queue(agentQueue(agentId), { ...options, streams: { events: { maxLen: KEPT_EVENTS } } });
    const begin = (job: Job): Promise<unknown> => {
      this.#parent = job.parentKey;
      // By now its parts exist: what an agent that is killed leaves ends by itself, too.
      void this.prolong();
      return carryOut(job.data);
    };
    this.#worker = new Worker(agentQueue(agentId), begin, {
      ...options,
      concurrency: 1,
      lockDuration: LOCK_MS,
      // A task is never begun twice: who notices that it was left is the coordinator.
      maxStalledCount: 0,
      skipStalledCheck: true,
    });
    const tidy = (): void => {
      this.#tidying ??= setTimeout(() => void this.prolong(), TIDY_AFTER_MS);
    };
    this.#worker.on('completed', tidy).on('failed', tidy);
    // A lost connection is made again by itself.
    this.#queue.on('error', () => undefined);
    this.#worker.on('error', () => undefined);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
  }

  /** Lets what is left in Redis end by itself some day, that of a coordinator that is gone included: nobody else tidies up. */
  async prolong(): Promise<void> {
    clearTimeout(this.#tidying);
    this.#tidying = undefined;
    const above = this.#parent === undefined ? [] : keysOfParent(this.#parent);
    await expire(this.#connection, [...keysOfQueue(this.#queue.qualifiedName), ...above]);
  }

  async close(): Promise<void> {
    await this.#worker.close(true);
    await within(
      LOCK_MS,
      this.prolong().then(() => this.#queue.obliterate({ force: true })),
    ).catch(() => undefined);
    await this.#queue.close();
    this.#connection.disconnect();
  }
}
