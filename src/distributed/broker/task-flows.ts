import { FlowProducer, Queue, Worker, type ConnectionOptions, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { within } from '../../engine/within.ts';
import { agentQueue, PREFIX, runQueue } from '../protocol/names.ts';
import type { BrokerAddress } from './address.ts';
import { patientConnection } from './connection.ts';
import { expire, keysOfParent } from './expiry.ts';

/** The end of an agent's task. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** How often the tasks of an agent that is gone are looked for: one that was begun is known to be left only the second time. */
const BURY_EVERY_MS = 500;

/** A task is carried out once or not at all: one that begins anew would load twice. */
const ONCE = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

interface Pending {
  readonly resolve: (answers: ReadonlyMap<string, Answer>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The tasks of a run: of each the agents' parts are jobs in queues of their own, under one parent that is due when all parts have ended.
 */
export class TaskFlows {
  readonly #connection: Redis;
  readonly #queue: string;
  readonly #producer: FlowProducer;
  readonly #parents: Worker;
  readonly #pending = new Map<string, Pending>();
  readonly #undertakers = new Map<string, Worker<unknown, unknown>>();
  /** The parent of the task that goes on. */
  #parent: Job | undefined;
  #count = 0;

  /** @param token of the run. */
  constructor(address: BrokerAddress, token: string) {
    this.#connection = patientConnection(address);
    this.#queue = runQueue(token);
    this.#producer = new FlowProducer(this.#options);
    this.#parents = new Worker(this.#queue, (job) => this.#settle(job), { ...this.#options, removeOnComplete: { count: 0 } });
    this.#producer.on('error', ignoreLostConnection);
    this.#parents.on('error', ignoreLostConnection);
  }

  /** Gives each agent its task. @returns the answers, by agent, when all have one. */
  async run(tasks: ReadonlyMap<string, unknown>): Promise<ReadonlyMap<string, Answer>> {
    const jobId = `task-${String(++this.#count)}`;
    const answered = new Promise<ReadonlyMap<string, Answer>>((resolve, reject) => {
      this.#pending.set(jobId, { resolve, reject });
    });
    // It may be rejected before anybody waits for it.
    answered.catch(() => undefined);
    try {
      await this.#add(jobId, tasks);
      return await answered;
    } finally {
      this.#pending.delete(jobId);
      this.#parent = undefined;
      await this.#endUndertakers();
    }
  }

  /** The reasons of those agents that have failed already in the task that goes on. */
  async failures(): Promise<ReadonlyMap<string, string>> {
    const failures = (await this.#parent?.getIgnoredChildrenFailures()) ?? {};
    return new Map(Object.entries(failures).map(([key, reason]) => [agentOf(key), reason]));
  }

  /** Lets the tasks fail that an agent will not carry out any more. */
  bury(agentId: string): void {
    if (this.#undertakers.has(agentId)) return;
    const undertaker = new Worker<unknown, unknown>(agentQueue(agentId), giveUp, {
      ...this.#options,
      maxStalledCount: 0,
      stalledInterval: BURY_EVERY_MS,
    });
    undertaker.on('error', ignoreLostConnection);
    this.#undertakers.set(agentId, undertaker);
  }

  /** Waits for nothing any more. */
  abandon(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
  }

  async close(): Promise<void> {
    await this.#endUndertakers();
    await Promise.all([this.#parents.close(true), this.#producer.close()]);
    const queue = new Queue(this.#queue, this.#options);
    queue.on('error', ignoreLostConnection);
    await within(MOST_CLOSING_MS, queue.obliterate({ force: true })).catch(() => undefined);
    await queue.close();
    this.#connection.disconnect();
  }

  get #options(): { readonly connection: ConnectionOptions; readonly prefix: string } {
    return { connection: this.#connection, prefix: PREFIX };
  }

  async #add(jobId: string, tasks: ReadonlyMap<string, unknown>): Promise<void> {
    const { job: parent, children = [] } = await this.#producer.add({
      name: 'task',
      queueName: this.#queue,
      opts: { ...ONCE, jobId },
      children: [...tasks].map(([agentId, data]) => ({
        name: 'task',
        queueName: agentQueue(agentId),
        data,
        opts: { ...ONCE, ignoreDependencyOnFailure: true },
      })),
    });
    this.#parent = parent;
    const parts = children.map(({ job }) => `${job.queueQualifiedName}:${job.id ?? ''}`);
    void expire(this.#connection, [...keysOfParent(`${parent.queueQualifiedName}:${jobId}`), ...parts]);
  }

  /** All parts of a task have ended. */
  async #settle(job: Job): Promise<void> {
    const [values, failures] = await Promise.all([job.getChildrenValues<unknown>(), job.getIgnoredChildrenFailures()]);
    const answers = new Map<string, Answer>();
    for (const [key, value] of Object.entries(values)) answers.set(agentOf(key), { ok: true, value });
    for (const [key, reason] of Object.entries(failures)) answers.set(agentOf(key), { ok: false, reason });
    this.#pending.get(job.id ?? '')?.resolve(answers);
  }

  async #endUndertakers(): Promise<void> {
    const undertakers = [...this.#undertakers.values()];
    this.#undertakers.clear();
    await Promise.all(undertakers.map((undertaker) => undertaker.close(true)));
  }
}

/** A closed connection must not keep a command from ending. */
const MOST_CLOSING_MS = 2000;

/** `resumark:agent-ID:JOB`. */
const agentOf = (key: string): string => key.split(':')[1]?.slice(agentQueue('').length) ?? '';

const giveUp = (): Promise<never> => Promise.reject(new Error('gave no sign of life'));

/** It is made again by itself, and who waits has time limits of his own. */
const ignoreLostConnection = (): void => undefined;
