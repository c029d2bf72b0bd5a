import type { LoadProgress } from '../../load/load-generator.ts';

/** Rates of a load generator over the last moments. */
export interface RecentRates {
  /** Ended attempts, finished or failed, per second; `undefined` before there is a moment to speak of. */
  readonly ratePerSecond: number | undefined;
  /** Attempts that ended, and how many of them failed. */
  readonly attempts: number;
  readonly errors: number;
  /** The share of its time that the busiest worker had something to do. */
  readonly busyShare: number | undefined;
}

/** Counters of a load generator, or of one machine of it. */
type Counts = Pick<LoadProgress, 'finished' | 'errors' | 'restedNs'>;

interface Sample {
  readonly atMs: number;
  readonly progress: Counts;
}

/** Looks at counters that grow until a phase starts them anew, and tells how fast they grew of late. */
export class RateSampler {
  readonly #spanMs: number;
  readonly #leastAttempts: number;
  #samples: Sample[] = [];

  /** @param spanMs span of the rates; it is longer until `leastAttempts` attempts have ended in it. */
  constructor(spanMs: number, leastAttempts = 0) {
    this.#spanMs = spanMs;
    this.#leastAttempts = leastAttempts;
  }

  /** Counters begin anew. */
  reset(): void {
    this.#samples = [];
  }

  sample(atMs: number, progress: Counts): RecentRates {
    const now = { atMs, progress };
    if (isRestart(this.#samples.at(-1)?.progress, progress)) this.reset();
    const samples = [...this.#samples, now];
    const isEnough = (sample: Sample): boolean =>
      atMs - sample.atMs >= this.#spanMs && attemptsOf(progress) - attemptsOf(sample.progress) >= this.#leastAttempts;
    this.#samples = samples.slice(Math.max(0, samples.findLastIndex(isEnough)));
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

/** True when counters stand lower than before: workers start them anew a moment after the phase was announced. */
const isRestart = (before: Counts | undefined, now: Counts): boolean =>
  before !== undefined && (now.finished < before.finished || now.errors < before.errors);

const attemptsOf = ({ finished, errors }: Counts): number => finished + errors;

const busiest = (before: readonly number[], after: readonly number[], passedMs: number): number | undefined => {
  const shares = after.map((ns, worker) => 1 - (ns - (before[worker] ?? 0)) / (passedMs * 1e6));
  return shares.length === 0 ? undefined : Math.min(1, Math.max(0, ...shares));
};
