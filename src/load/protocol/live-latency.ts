import { LogSteps } from '../../stats/log-steps.ts';

/** A live number within 9 % is as much as a person can read from a moving line. */
const STEPS = new LogSteps(8);

/** Shared memory that a histogram of latencies takes, in 32-bit words. */
export const LIVE_LATENCY_WORDS = STEPS.count;

/**
 * A coarse histogram in shared memory: a worker counts, and another thread reads it at any time. For the progress line; results come from
 * HDR histograms.
 */
export class LiveLatency {
  readonly #slots: Int32Array;

  /** @param slots `LIVE_LATENCY_WORDS` words of shared memory. */
  constructor(slots: Int32Array) {
    this.#slots = slots;
  }

  record(ns: number): void {
    const at = STEPS.stepOf(ns);
    // One writer: no need to be atomic, and a reader that is one behind does no harm.
    this.#slots[at] = (this.#slots[at] ?? 0) + 1;
  }

  reset(): void {
    this.#slots.fill(0);
  }

  /** Counts of several together, by step. */
  static countsOf(all: readonly LiveLatency[]): number[] {
    return Array.from({ length: STEPS.count }, (_, slot) => all.reduce((sum, one) => sum + (one.#slots[slot] ?? 0), 0));
  }
}

/** The quantile of counts by step, `undefined` when there are none. */
export const quantileOfCountsNs = (counts: readonly number[], p: number): number | undefined => {
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return undefined;
  let below = 0;
  const step = counts.findIndex((count) => {
    below += count;
    return below >= p * total;
  });
  return STEPS.middleNs(step);
};
