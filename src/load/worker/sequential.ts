import { Bench, classifyTimerSaturation, type FnReturnedObject, type TaskResult } from 'tinybench';
import type { SequentialRecord } from '../../domain/run-record.ts';
import { nowNs } from '../../engine/clock.ts';
import type { Outcome, Work } from '../../engine/engine.ts';
import type { Control } from '../protocol/counters.ts';
import type { WindowBound } from '../protocol/messages.ts';
import type { VirtualClient } from './virtual-client.ts';
import type { LoadWindow } from './window.ts';

export interface SequentialOptions {
  /** The engine's `run`. */
  readonly perform: (work: Work<VirtualClient>) => Promise<void> | void;
  readonly window: LoadWindow;
  readonly bound: WindowBound;
  /** On the engines' clock. */
  readonly startNs: number;
  readonly control: () => Control;
}

/**
 * Times one handshake after another with tinybench, the only importer of it here.
 *
 * A sample is the handshake's own time by the engine, not that of the call: connecting, waiting for a ticket and closing are in no sample.
 * The window judges each handshake as ever, and only honoured ones are samples.
 *
 * @returns tinybench's statistics; `null` when the window was interrupted, or too few handshakes were honoured.
 */
export const measureSequentially = async (options: SequentialOptions): Promise<SequentialRecord | null> => {
  const { bound, startNs } = options;
  const attempts = new Attempts(options);
  const over = new AbortController();
  const bench = new Bench({
    // tinybench goes on until both are met.
    time: bound.by === 'time' ? Math.max(0, startNs + bound.durationNs - nowNs()) / 1e6 : 0,
    iterations: bound.by === 'count' ? bound.attempts : 1,
    // The plan has warm-up rounds of its own.
    warmup: false,
    retainSamples: true,
    throws: true,
    signal: over.signal,
  });
  bench.add('handshake', async (): Promise<FnReturnedObject> => {
    const beganNs = nowNs();
    const handshakeNs = await attempts.untilHonoured();
    // The sample of this call is then none, and the statistics are given up with it.
    if (handshakeNs === undefined) over.abort();
    return { overriddenDuration: (handshakeNs ?? 0) / 1e6, overriddenIterationCost: (nowNs() - beganNs) / 1e6 };
  });
  const [task] = await bench.run();
  return task === undefined ? null : recordOf(task.result);
};

/** Performs handshakes one at a time, as many as the bound allows. */
class Attempts {
  readonly #options: SequentialOptions;
  #made = 0;

  constructor(options: SequentialOptions) {
    this.#options = options;
  }

  /** @returns the time of the first honoured one, `undefined` when the window is over before. */
  async untilHonoured(): Promise<number | undefined> {
    const { perform, window, control } = this.#options;
    while (control() === 'run') {
      const one = new OneHandshake(window);
      await perform(one);
      if (one.isMeasured) this.#made += 1;
      if (one.honouredNs !== undefined) return one.honouredNs;
      if (this.#isOver()) return undefined;
    }
    return undefined;
  }

  #isOver(): boolean {
    const { bound, startNs } = this.#options;
    return bound.by === 'count' ? this.#made >= bound.attempts : nowNs() >= startNs + bound.durationNs;
  }
}

/** A window's next handshake, and no more. */
class OneHandshake implements Work<VirtualClient> {
  readonly #window: LoadWindow;
  #isStarted = false;
  /** True unless the handshake only fetched a session. */
  isMeasured = false;
  /** Its duration, `undefined` when it was not honoured. */
  honouredNs: number | undefined;

  constructor(window: LoadWindow) {
    this.#window = window;
  }

  next(now: number): VirtualClient | undefined {
    if (this.#isStarted) return undefined;
    const client = this.#window.next(now);
    this.#isStarted = client !== undefined;
    return client;
  }

  /** Time alone makes it due only after a refused connection. */
  dueNs(): number {
    return this.#isStarted ? Number.POSITIVE_INFINITY : this.#window.dueNs();
  }

  isCancelled(): boolean {
    return this.#window.isCancelled();
  }

  turnTo(client: VirtualClient): void {
    this.#window.turnTo(client);
  }

  rested(ns: number): void {
    this.#window.rested(ns);
  }

  settled(client: VirtualClient, outcome: Outcome): void {
    const { handshakeNs } = outcome;
    this.isMeasured = client.purpose === 'measure';
    if (this.#window.settled(client, outcome) === 'honoured') this.honouredNs = handshakeNs;
  }
}

const recordOf = (result: TaskResult): SequentialRecord | null => {
  if (result.state !== 'completed') return null;
  const { samplesCount, mean, sd, p50, mad, moe, samples } = result.latency;
  const ns = (ms: number): number => ms * 1e6;
  return {
    samples: samplesCount,
    meanNs: ns(mean),
    sdNs: ns(sd),
    medianNs: ns(p50),
    madNs: ns(mad),
    marginNs: ns(moe),
    // tinybench warns of samples of its own clock alone; these have another, and are asked after.
    coarseClock: (samples && classifyTimerSaturation(samples, mad)) ?? null,
  };
};
