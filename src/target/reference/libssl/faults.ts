import type { Faults, Moment } from '../../../scenario/fault-fields.ts';
import { seededRandom, type Random } from '../../../stats/random.ts';

/** Draws the faults of one connection after the other. */
export class FaultSource {
  readonly #faults: Faults;
  readonly #random: Random;

  constructor(faults: Faults) {
    this.#faults = faults;
    this.#random = seededRandom(faults.seed);
  }

  /** Time by which the next handshake is delayed beyond the fixed delay. */
  jitterNs(): number {
    const { jitter } = this.#faults;
    return jitter === 0 ? 0 : this.#random() * jitter * 1e6;
  }

  /** True when something can happen at a moment. */
  has(moment: Moment): boolean {
    const { stall, reset } = this.#faults;
    return stall?.at === moment || reset?.at === moment;
  }

  /** Silence of the next connection at a moment. */
  stallNs(moment: Moment): number {
    const { stall } = this.#faults;
    return stall?.at === moment && this.#random() < stall.share ? stall.time * 1e6 : 0;
  }

  resets(moment: Moment): boolean {
    const { reset } = this.#faults;
    return reset?.at === moment && this.#random() < reset.share;
  }

  givesStrangeTicket(): boolean {
    const { strangeTickets } = this.#faults;
    return strangeTickets > 0 && this.#random() < strangeTickets;
  }
}
