import { Worker } from 'node:worker_threads';
import { ResumarkError } from '../domain/error.ts';
import type { EngineChoice } from '../engine/open.ts';
import { Counters, type Control } from './protocol/counters.ts';
import { LiveLatency } from './protocol/live-latency.ts';
import type { WorkerRequest, WorkerResponse, WorkerSetup } from './protocol/messages.ts';
import { fromPlainError } from './protocol/plain-error.ts';

/** What the workers count while they work, added up. */
export interface FleetProgress {
  readonly finished: number;
  readonly honoured: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Measured starts. */
  readonly begun: number;
  /** Time in which each worker had nothing to do. */
  readonly restedNs: readonly number[];
  /** Of the honoured handshakes of this window so far, within 9 %; `undefined` before the first. */
  readonly p50Ns: number | undefined;
  readonly p99Ns: number | undefined;
}

type ResponseOf<Type extends WorkerResponse['type']> = Extract<WorkerResponse, { type: Type }>;

/** The worker threads of a run. They live as long as the run does, so code stays compiled from block to block. */
export class Fleet {
  readonly #members: readonly WorkerThread[];
  /** So many of them, the first, work. */
  #working = 0;

  private constructor(members: readonly WorkerThread[]) {
    this.#members = members;
  }

  static async start(size: number, engine: EngineChoice): Promise<Fleet> {
    const fleet = new Fleet(Array.from({ length: size }, () => new WorkerThread(engine)));
    try {
      await Promise.all(fleet.#members.map((member) => member.receive('online')));
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Asks the first so many workers, each its own question, and waits for all answers. */
  async ask<Type extends 'primed' | 'measured'>(requests: readonly WorkerRequest[], answer: Type): Promise<ResponseOf<Type>[]> {
    this.#working = requests.length;
    return Promise.all(
      requests.map((request, i) => {
        const member = this.#members[i];
        if (member === undefined) throw new RangeError(`there is no worker ${String(i)}`);
        const received = member.receive(answer);
        member.send(request);
        return received;
      }),
    );
  }

  progress(): FleetProgress {
    const working = this.#members.slice(0, this.#working).map(({ counters }) => counters);
    const sum = (value: (counters: Counters) => number): number =>
      working.reduce((total, counters) => total + value(counters), 0);
    const latencies = working.map(({ latency }) => latency);
    return {
      finished: sum((counters) => counters.finished),
      honoured: sum((counters) => counters.honoured),
      errors: sum((counters) => counters.errors),
      inFlight: sum((counters) => counters.inFlight),
      begun: sum((counters) => counters.begun),
      restedNs: working.map(({ restedNs }) => restedNs),
      p50Ns: LiveLatency.quantileNs(latencies, 0.5),
      p99Ns: LiveLatency.quantileNs(latencies, 0.99),
    };
  }

  /** Reaches workers in the middle of a window, through shared memory. */
  control(control: Control): void {
    for (const member of this.#members) member.counters.control = control;
  }

  async close(): Promise<void> {
    this.control('cancel');
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

/** One worker thread, seen from outside. */
class WorkerThread {
  readonly counters = new Counters();
  readonly #thread: Worker;
  readonly #exited: Promise<void>;
  /** Why nothing will be answered any more. A thread may end while nobody waits for it. */
  #loss: Error | undefined;
  #awaiting: { readonly resolve: (response: WorkerResponse) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(engine: EngineChoice) {
    const setup: WorkerSetup = { engine, counters: this.counters.buffer };
    // tsc does not rewrite this: in `dist` the worker is worker.js, and Node 20 cannot run worker.ts.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    this.#thread = new Worker(new URL(`./worker/worker${extension}`, import.meta.url), { workerData: setup });
    this.#thread.on('message', (response: WorkerResponse) => this.#awaiting?.resolve(response));
    this.#thread.once('error', (error: Error) => {
      this.#lose(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#lose(new ResumarkError('WORKER_LOST', `a worker thread ended with code ${String(code)} in the middle of the run.`));
        resolve();
      });
    });
  }

  send(request: WorkerRequest): void {
    this.#thread.postMessage(request);
  }

  /** @throws the worker's own error, or WORKER_LOST when the thread has ended. */
  async receive<Type extends WorkerResponse['type']>(type: Type): Promise<ResponseOf<Type>> {
    if (this.#loss !== undefined) throw this.#loss;
    const response = await new Promise<WorkerResponse>((resolve, reject) => {
      this.#awaiting = { resolve, reject };
    });
    if (response.type === 'failed') throw fromPlainError(response.error);
    if (response.type !== type) throw new TypeError(`worker said ${response.type}`);
    return response as ResponseOf<Type>;
  }

  async close(): Promise<void> {
    this.send({ type: 'close' });
    await this.#exited;
  }

  #lose(error: Error): void {
    this.#loss ??= error;
    this.#awaiting?.reject(this.#loss);
  }
}
