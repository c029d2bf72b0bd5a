import { readMachine, readMachineLimits, type MachineReading } from '../cpu/machine.ts';
import { nowNs, unixNsOf } from '../engine/clock.ts';
import type { EngineChoice } from '../engine/open.ts';
import type { CellContext, LoadGenerator, LoadProgress, MeasuredLoad } from './load-generator.ts';
import { mergedLoad, mergedPriming } from './merged-streams.ts';
import type { Control, Counters } from './protocol/counters.ts';
import { LiveLatency, quantileOfCountsNs } from './protocol/live-latency.ts';
import type { PrimedStream, WindowPart } from './protocol/messages.ts';
import { WorkerThread } from './worker-thread.ts';

/** Workers hear of the start by message; 3 ms is enough for all of them to be waiting for it. */
const START_MARGIN_NS = 3_000_000;

/** A machine that was looked at so shortly before the start need not be looked at again, which takes a part of a millisecond. */
const MOST_READING_AGE_NS = 100_000_000;

/** The worker threads of this process. They live as long as the run does, so code stays compiled from block to block. */
export class ThreadFleet implements LoadGenerator {
  readonly agents = undefined;
  readonly startMarginNs = START_MARGIN_NS;
  readonly #threads: readonly WorkerThread[];
  /** Those that take part in the window: the first ones. */
  #working: readonly WorkerThread[] = [];
  #primed: readonly PrimedStream[] = [];
  /** The machine when the window was handed out. */
  #before: MachineReading | undefined;
  #armedNs = 0;

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

  async arm(parts: readonly WindowPart[]): Promise<void> {
    const working = parts.map((part, index) => {
      const thread = this.#threads[index];
      if (thread === undefined) throw new RangeError(`there is no worker ${String(index)}`);
      return { thread, part };
    });
    this.#working = working.map(({ thread }) => thread);
    const answers = await Promise.all(working.map(({ thread, part }) => thread.ask({ type: 'arm', part }, 'armed')));
    this.#primed = mergedPriming(answers.map(({ streams }) => streams));
    this.#before = readMachine();
    this.#armedNs = nowNs();
  }

  async measure(startInNs: number): Promise<MeasuredLoad> {
    const startNs = nowNs() + startInNs;
    const loading = Promise.all(this.#working.map((thread) => thread.ask({ type: 'measure', startNs }, 'measured')));
    const before = this.#recentReading ?? readMachine();
    const answers = await loading;
    const host = {
      primed: this.#primed,
      streams: mergedLoad(answers.map(({ streams }) => streams)),
      workers: answers.map(({ worker }) => worker),
      before,
      after: readMachine(),
      limits: readMachineLimits(),
    };
    return { startUnixNs: unixNsOf(startNs), hosts: [host], lost: [] };
  }

  /** The machine as it was just now. */
  get #recentReading(): MachineReading | undefined {
    return nowNs() - this.#armedNs < MOST_READING_AGE_NS ? this.#before : undefined;
  }

  progress(): LoadProgress {
    const working = this.#working.map(({ counters }) => counters);
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
    return LiveLatency.countsOf(this.#working.map(({ counters }) => counters.latency));
  }

  /** Reaches workers through shared memory: in the middle of a window they read no message. */
  control(control: Control): void {
    for (const { counters } of this.#threads) counters.control = control;
  }

  async close(): Promise<void> {
    this.control('cancel');
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** A worker that has tried nothing yet says nothing of the target. */
const refusedNsOf = ({ finished, errors, refusedNs }: Counters): number =>
  finished + errors === 0 ? Number.POSITIVE_INFINITY : refusedNs;
