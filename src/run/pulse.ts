import type { FleetProgress } from '../load/fleet.ts';

/** How a fleet did in the last moments. */
export interface Lately {
  /** Ended attempts, finished or failed, per second; `undefined` before there is a moment to speak of. */
  readonly ratePerSecond: number | undefined;
  /** Attempts that ended, and how many of them failed. */
  readonly attempts: number;
  readonly errors: number;
  /** The share of its time that the busiest worker had something to do. */
  readonly busyShare: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly progress: FleetProgress;
}

/** Looks at counters that only grow, and tells how fast they grew lately. */
export class Pulse {
  readonly #spanMs: number;
  #samples: Sample[] = [];

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Counters begin anew. */
  reset(): void {
    this.#samples = [];
  }

  see(atMs: number, progress: FleetProgress): Lately {
    const now = { atMs, progress };
    this.#samples = [...this.#samples.filter((sample) => sample.atMs >= atMs - this.#spanMs), now];
    const [first = now] = this.#samples;
    const passedMs = atMs - first.atMs;
    const attempts = attemptsOf(progress) - attemptsOf(first.progress);
    return {
      ratePerSecond: passedMs > 0 ? (attempts / passedMs) * 1000 : undefined,
      attempts,
      errors: progress.errors - first.progress.errors,
      busyShare: passedMs > 0 ? busiest(first.progress.restedNs, progress.restedNs, passedMs) : undefined,
    };
  }
}

const attemptsOf = ({ finished, errors }: FleetProgress): number => finished + errors;

const busiest = (before: readonly number[], after: readonly number[], passedMs: number): number | undefined => {
  const shares = after.map((ns, worker) => 1 - (ns - (before[worker] ?? 0)) / (passedMs * 1e6));
  return shares.length === 0 ? undefined : Math.min(1, Math.max(0, ...shares));
};
