import { median } from '../../stats/descriptive.ts';

/** Beyond the network, for what agents and Redis have to do: how long that takes here is not known yet. */
const FIRST_NS = 100e6;
const MOST_NS = 1e9;

/** What an agent needs from hearing of the start until its threads wait for it. */
const LEAST_NS = 3e6;

/** Windows that the next one is judged by. */
const KEPT = 16;

/**
 * The time from the word to begin until the common start: what the slowest way of a window takes as a rule. All agents wait for it, so
 * there is nothing to spare in it: an agent that hears of the start later than that begins late by so many ms, which its record says.
 */
export class StartMargin {
  readonly #networkNs: number;
  #waysNs: readonly number[] = [];

  /** @param networkNs the longest way from here to an agent, as far as it is known. */
  constructor(networkNs: number) {
    this.#networkNs = networkNs;
  }

  get ns(): number {
    const wayNs = median(this.#waysNs);
    return wayNs === undefined ? this.#networkNs + FIRST_NS : Math.min(MOST_NS, LEAST_NS + wayNs);
  }

  /** @param waysNs times that the last word took to each agent. */
  learn(waysNs: readonly number[]): void {
    if (waysNs.length > 0) this.#waysNs = [...this.#waysNs, Math.max(...waysNs)].slice(-KEPT);
  }
}
