import { Worker } from 'node:worker_threads';
import { ResumarkError } from '../domain/error.ts';
import type { EngineChoice } from '../engine/open.ts';
import { Counters } from './protocol/counters.ts';
import { fromPlainError } from './protocol/plain-error.ts';
import type { ThreadRequest, ThreadResponse, ThreadSetup } from './protocol/thread-messages.ts';

type ResponseOf<Type extends ThreadResponse['type']> = Extract<ThreadResponse, { type: Type }>;

/** A thread that has not ended by itself by then is ended: closing takes it milliseconds. */
const MOST_CLOSING_MS = 5000;

/** One worker thread, seen from outside. */
export class WorkerThread {
  readonly counters = new Counters();
  readonly #thread: Worker;
  readonly #exited: Promise<void>;
  /** The reason why nothing will be answered any more. A thread may end while nobody waits for it. */
  #loss: Error | undefined;
  #awaiting: { readonly resolve: (response: ThreadResponse) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(engine: EngineChoice) {
    const setup: ThreadSetup = { engine, counters: this.counters.buffer };
    // tsc does not rewrite this: in `dist` the worker is worker.js, and Node 20 cannot run worker.ts.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    this.#thread = new Worker(new URL(`./worker/worker${extension}`, import.meta.url), { workerData: setup });
    this.#thread.on('message', (response: ThreadResponse) => this.#awaiting?.resolve(response));
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

  /** Asks one question and waits for its answer. */
  async ask<Type extends ThreadResponse['type']>(request: ThreadRequest, answer: Type): Promise<ResponseOf<Type>> {
    const received = this.receive(answer);
    this.#thread.postMessage(request);
    return received;
  }

  /** @throws the worker's own error, or WORKER_LOST when the thread has ended. */
  async receive<Type extends ThreadResponse['type']>(type: Type): Promise<ResponseOf<Type>> {
    if (this.#loss !== undefined) throw this.#loss;
    const response = await new Promise<ThreadResponse>((resolve, reject) => {
      this.#awaiting = { resolve, reject };
    });
    if (response.type === 'failed') throw fromPlainError(response.error);
    if (response.type !== type) throw new TypeError(`worker said ${response.type}`);
    return response as ResponseOf<Type>;
  }

  async close(): Promise<void> {
    this.#thread.postMessage({ type: 'close' } satisfies ThreadRequest);
    const bound = setTimeout(() => void this.#thread.terminate(), MOST_CLOSING_MS);
    await this.#exited;
    clearTimeout(bound);
  }

  #lose(error: Error): void {
    this.#loss ??= error;
    this.#awaiting?.reject(this.#loss);
  }
}
