import { isRefusal } from '../../domain/failure.ts';
import type { Outcome } from '../../engine/engine.ts';

/**
 * Wait after the first refusals, and the longest: a server that comes back is found a tenth of a
 * second later at most.
 */
const FIRST_NS = 1e6;
const MOST_NS = 100e6;

/**
 * Place of an outcome in a time of refusals: outside of one, in its first round, in a later one, or
 * the answer that ends it.
 */
export type Refusal = 'none' | 'first' | 'again' | 'over';

/**
 * Holds back the places of a target that refuses connections. A closed loop would otherwise turn a
 * refusal into the next attempt within microseconds. Each place waits after a refusal, twice as
 * long after each round of them, and all go on with the first answer.
 */
export class BackOff {
  /** Ends of the waits, in their order. */
  readonly #untilNs: number[] = [];
  #waitNs = 0;
  #raisedNs = 0;
  #sinceNs = 0;
  #lastNs = 0;

  /** Returns the number of places that wait. */
  waiting(nowNs: number): number {
    while (this.nextNs <= nowNs) this.#untilNs.shift();
    return this.#untilNs.length;
  }

  /** The number of places that waited when they were counted last. */
  get count(): number {
    return this.#untilNs.length;
  }

  /** The end of the next wait; `Infinity` when nothing waits. */
  get nextNs(): number {
    return this.#untilNs[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Time for which the target has refused every connection; 0 when the last one was answered. */
  get refusedNs(): number {
    return this.#waitNs === 0 ? 0 : Math.max(FIRST_NS, this.#lastNs - this.#sinceNs);
  }

  /** Takes what came of an attempt, and makes its place wait if it was refused. */
  observe({ failure, startNs, endNs }: Outcome): Refusal {
    if (failure !== undefined && isRefusal(failure.kind)) return this.#refused(startNs, endNs);
    if (this.#waitNs === 0) return 'none';
    this.#waitNs = 0;
    this.#untilNs.length = 0;
    return 'over';
  }

  #refused(startNs: number, endNs: number): Refusal {
    if (this.#waitNs === 0) this.#sinceNs = endNs;
    // Attempts that began before the wait was raised belong to the same round.
    if (this.#waitNs === 0 || startNs > this.#raisedNs) {
      this.#waitNs = Math.min(MOST_NS, Math.max(FIRST_NS, 2 * this.#waitNs));
      this.#raisedNs = endNs;
    }
    this.#lastNs = endNs;
    this.#untilNs.push(endNs + this.#waitNs);
    return this.#waitNs === FIRST_NS ? 'first' : 'again';
  }
}
