import { uptime } from 'node:os';
import { nowNs } from '../../engine/clock.ts';

/**
 * Notes the longest time for which a worker's own loop stood still: the process was stopped, or the machine suspended. An engine asks its
 * work at least every 50 ms whether it is cancelled; a longer gap between two questions is none of the server's.
 */
export class StallWatch {
  readonly #now: () => number;
  readonly #uptimeS: () => number;
  #startUptimeS = 0;
  #startNs = 0;
  #lastNs = 0;
  #longestNs = 0;

  /** @param uptimeS clock that goes on while the machine is suspended, which the engines' clock does not. */
  constructor(now = nowNs, uptimeS = uptime) {
    this.#now = now;
    this.#uptimeS = uptimeS;
    this.start();
  }

  /** Begins anew. */
  start(): void {
    this.#longestNs = 0;
    this.#startNs = this.#now();
    this.#startUptimeS = this.#uptimeS();
    this.#lastNs = this.#startNs;
  }

  /** Notes a turn of the loop. */
  turn(): void {
    const now = this.#now();
    this.#longestNs = Math.max(this.#longestNs, now - this.#lastNs);
    this.#lastNs = now;
  }

  /** The longest gap in ns so far, or the time for which the machine was suspended. */
  get longestNs(): number {
    const suspendedNs = (this.#uptimeS() - this.#startUptimeS) * 1e9 - (this.#now() - this.#startNs);
    // That clock tells hundredths of a second.
    return Math.round(Math.max(this.#longestNs, suspendedNs - 20e6, 0));
  }
}
