import { LogSteps } from './log-steps.ts';

/** Any quantile is known within 1.1 %. */
const STEPS = new LogSteps(32);

/** A coarse histogram as it stands in a message and in a result file. */
export interface EncodedCoarseHistogram {
  readonly count: number;
  readonly maxNs: number | null;
  /** The steps that have something in them: `step:count`, in ascending order, with a space between them. */
  readonly steps: string;
}

/**
 * A histogram of durations in 3 kB, where a {@link LatencyHistogram} takes 135 kB and milliseconds to encode: for the many intervals of a
 * timeline. Its maximum is exact, and merging is lossless.
 */
export class CoarseHistogram {
  readonly #counts = new Uint32Array(STEPS.count);
  #count = 0;
  #maxNs = 0;

  /** @throws RangeError when it is damaged, or its parts contradict each other. */
  static decode({ count, maxNs, steps }: EncodedCoarseHistogram): CoarseHistogram {
    const histogram = new CoarseHistogram();
    for (const pair of steps.split(' ').filter(Boolean)) histogram.#addStep(pair);
    if (histogram.#count !== count) throw new RangeError('its count is not that of its steps');
    if (maxNs !== null) histogram.#maxNs = maxNs;
    const last = histogram.#counts.findLastIndex((counted) => counted > 0);
    if (last !== (maxNs === null ? -1 : STEPS.stepOf(maxNs))) throw new RangeError('its maximum is not that of its steps');
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  get maxNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#maxNs;
  }

  record(ns: number): void {
    const step = STEPS.stepOf(ns);
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#count += 1;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  add(other: CoarseHistogram): void {
    for (const [step, count] of other.#counts.entries()) this.#counts[step] = (this.#counts[step] ?? 0) + count;
    this.#count += other.#count;
    this.#maxNs = Math.max(this.#maxNs, other.#maxNs);
  }

  /** The value at or below which the fraction `p` of the durations lies; `undefined` when there are none. */
  quantileNs(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = Math.max(1, Math.ceil(p * this.#count));
    const step = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return p >= 1 ? this.#maxNs : Math.min(STEPS.middleNs(step), this.#maxNs);
  }

  encode(): EncodedCoarseHistogram {
    const steps = [...this.#counts.entries()].filter(([, count]) => count > 0);
    return {
      count: this.#count,
      maxNs: this.maxNs ?? null,
      steps: steps.map(([step, count]) => `${String(step)}:${String(count)}`).join(' '),
    };
  }

  #addStep(pair: string): void {
    const [, step = '', count = ''] = /^(\d{1,3}):([1-9]\d{0,9})$/u.exec(pair) ?? [];
    if (step === '' || Number(step) >= STEPS.count) throw new RangeError(`"${pair}" is no step and its count`);
    this.#counts[Number(step)] = Number(count);
    this.#count += Number(count);
  }
}
