const FIRST_NS = 250e6;
const LEAST_NS = 15e6;
const MOST_NS = 1e9;

/** Windows that the next one is judged by. */
const KEPT = 16;

/**
 * The time from the order to begin until the common start. Agents that hear of it too late begin late, and time that all of them wait
 * is lost: it is twice the longest way that orders took of late.
 */
export class StartMargin {
  #waysNs: readonly number[] = [];

  get ns(): number {
    if (this.#waysNs.length === 0) return FIRST_NS;
    return Math.min(MOST_NS, Math.max(LEAST_NS, 2 * Math.max(...this.#waysNs)));
  }

  /** @param waysNs times that the last order took to each agent. */
  learn(waysNs: readonly number[]): void {
    if (waysNs.length > 0) this.#waysNs = [...this.#waysNs, Math.max(...waysNs)].slice(-KEPT);
  }
}
