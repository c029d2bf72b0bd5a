import { readMachine, readMachineLimits } from '../cpu/machine.ts';
import { nowNs, unixNsOf } from '../engine/clock.ts';
import type { EngineChoice } from '../engine/open.ts';
import type { CellContext, LoadGenerator, LoadProgress, MeasuredLoad } from './load-generator.ts';
import type { Control, Counters } from './protocol/counters.ts';
import { LiveLatency, quantileOfCountsNs } from './protocol/live-latency.ts';
import {
  decodeMeasureReport,
  decodePrimeReport,
  type MeasureRequest,
  type PrimeReport,
  type PrimeRequest,
} from './protocol/messages.ts';
import { WorkerThread } from './worker-thread.ts';

/** Workers hear of the start by message; 5 ms is enough for all of them to be waiting for it. */
const START_MARGIN_NS = 5_000_000;

/** The worker threads of this process. They live as long as the run does, so code stays compiled from block to block. */
export class ThreadFleet implements LoadGenerator {
  readonly agents = undefined;
  readonly startMarginNs = START_MARGIN_NS;
  readonly #threads: readonly WorkerThread[];
  /** Number of threads, the first ones, that take part in the window. */
  #working = 0;

  private constructor(threads: readonly WorkerThread[]) {
    this.#threads = threads;
  }

  /** @throws the worker's error when one cannot start. */
  static async start(size: number, engine: EngineChoice): Promise<ThreadFleet> {
    const fleet = new ThreadFleet(Array.from({ length: size }, () => new WorkerThread(engine)));
    try {
      await Promise.all(fleet.#threads.map((thread) => thread.receive('online')));
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  get workers(): number {
    return this.#threads.length;
  }

  async open(contexts: readonly CellContext[]): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ask({ type: 'open', contexts }, 'opened')));
  }

  async prime(requests: readonly PrimeRequest[]): Promise<PrimeReport[]> {
    const answers = await this.#ask(requests, (thread, request) => thread.ask({ type: 'prime', request }, 'primed'));
    return answers.map(({ report }) => decodePrimeReport(report));
  }

  async measure(requests: readonly MeasureRequest[], startInNs: number): Promise<MeasuredLoad> {
    const before = readMachine();
    const startNs = nowNs() + startInNs;
    const answers = await this.#ask(requests, (thread, request) => thread.ask({ type: 'measure', request, startNs }, 'measured'));
    const workers = answers.map(({ report }) => decodeMeasureReport(report));
    return {
      startUnixNs: unixNsOf(startNs),
      hosts: [{ workers, before, after: readMachine(), limits: readMachineLimits() }],
      lost: [],
    };
  }

  progress(): LoadProgress {
    const working = this.#threads.slice(0, this.#working).map(({ counters }) => counters);
    const sum = (value: (counters: Counters) => number): number =>
      working.reduce((total, counters) => total + value(counters), 0);
    const counts = this.latencyCounts();
    return {
      finished: sum((counters) => counters.finished),
      honoured: sum((counters) => counters.honoured),
      errors: sum((counters) => counters.errors),
      refusedAgain: sum((counters) => counters.refusedAgain),
      // One worker that is answered shows that the target is there.
      refusedNs: Math.min(...working.map(refusedNsOf)),
      inFlight: sum((counters) => counters.inFlight),
      begun: sum((counters) => counters.begun),
      restedNs: working.map(({ restedNs }) => restedNs),
      p50Ns: quantileOfCountsNs(counts, 0.5),
      p99Ns: quantileOfCountsNs(counts, 0.99),
    };
  }

  /** Counts of the live latencies of all workers, by step. */
  latencyCounts(): readonly number[] {
    return LiveLatency.countsOf(this.#threads.slice(0, this.#working).map(({ counters }) => counters.latency));
  }

  /** Reaches workers through shared memory: in the middle of a window they read no message. */
  control(control: Control): void {
    for (const { counters } of this.#threads) counters.control = control;
  }

  async close(): Promise<void> {
    this.control('cancel');
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Asks the first threads, each its own question, and waits for all answers. */
  async #ask<Request, Answer>(
    requests: readonly Request[],
    ask: (thread: WorkerThread, request: Request) => Promise<Answer>,
  ): Promise<Answer[]> {
    this.#working = requests.length;
    return Promise.all(
      requests.map((request, index) => {
        const thread = this.#threads[index];
        if (thread === undefined) throw new RangeError(`there is no worker ${String(index)}`);
        return ask(thread, request);
      }),
    );
  }
}

/** A worker that has tried nothing yet says nothing of the target. */
const refusedNsOf = ({ finished, errors, refusedNs }: Counters): number =>
  finished + errors === 0 ? Number.POSITIVE_INFINITY : refusedNs;
