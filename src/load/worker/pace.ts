import type { Arrivals } from '../../scenario/arrivals.ts';

/** When handshakes are started. Knows the time and how many are in flight, and nothing of what they are. */
export interface Pace {
  /** Takes the next start that is due. @returns when it was intended, `undefined` when none is due. */
  take(nowNs: number, inFlight: number): number | undefined;
  /** When to ask again; `Infinity` when nothing becomes due by time alone. */
  dueNs(inFlight: number): number;
  /** Whether the start that was taken last had to wait for a connection to end. */
  readonly wasConnectionLimited: boolean;
  /** Gives the rest up. @returns how many starts had fallen due by then without being taken. */
  end(nowNs: number): number;
}

/** Where a worker's window ends: at a time on the engines' clock, or after so many starts. */
export type WindowBound = { readonly by: 'time'; readonly endNs: number } | { readonly by: 'count'; readonly attempts: number };

/** Closed load: one starts when one has ended, so that the number in flight is constant. */
export class ClosedPace implements Pace {
  readonly #concurrency: number;
  readonly #endNs: number;
  #left: number;

  constructor(concurrency: number, bound: WindowBound) {
    this.#concurrency = concurrency;
    this.#endNs = bound.by === 'time' ? bound.endNs : Number.POSITIVE_INFINITY;
    this.#left = bound.by === 'count' ? bound.attempts : Number.POSITIVE_INFINITY;
  }

  take(nowNs: number, inFlight: number): number | undefined {
    if (this.#left === 0 || inFlight >= this.#concurrency || nowNs >= this.#endNs) return undefined;
    this.#left -= 1;
    return nowNs;
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  get wasConnectionLimited(): boolean {
    return false;
  }

  end(): number {
    this.#left = 0;
    return 0;
  }
}

export interface ScheduleOptions {
  readonly arrivals: Arrivals;
  readonly startNs: number;
  readonly bound: WindowBound;
  readonly mostInFlight: number;
  /** What is still not started so long after the window's end is given up, and counted. */
  readonly graceNs: number;
}

/**
 * Open load: starts are due by a schedule whatever becomes of those before. What falls due while the generator or the limit of connections
 * holds it up is started as soon as may be, with the start that was intended.
 */
export class SchedulePace implements Pace {
  readonly #options: ScheduleOptions;
  readonly #giveUpNs: number;
  #nextNs: number;
  #left: number;
  /** Whether what is due now found no free connection. */
  #isFull = false;
  #wasConnectionLimited = false;
  #isGivenUp = false;

  constructor(options: ScheduleOptions) {
    const { bound, startNs, arrivals, graceNs } = options;
    this.#options = options;
    this.#left = bound.by === 'count' ? bound.attempts : Number.POSITIVE_INFINITY;
    this.#giveUpNs = bound.by === 'time' ? bound.endNs + graceNs : Number.POSITIVE_INFINITY;
    this.#nextNs = startNs + arrivals.nextNs();
  }

  take(nowNs: number, inFlight: number): number | undefined {
    if (nowNs > this.#giveUpNs) this.#isGivenUp = true;
    if (this.#isOver || this.#isGivenUp || nowNs < this.#nextNs) return undefined;
    if (inFlight >= this.#options.mostInFlight) {
      this.#isFull = true;
      return undefined;
    }
    const intendedNs = this.#nextNs;
    this.#wasConnectionLimited = this.#isFull;
    this.#advance();
    // The next one waits for a connection only if it is due already.
    if (this.#nextNs > nowNs) this.#isFull = false;
    return intendedNs;
  }

  dueNs(inFlight: number): number {
    const waits = this.#isOver || this.#isGivenUp || inFlight >= this.#options.mostInFlight;
    return waits ? Number.POSITIVE_INFINITY : this.#nextNs;
  }

  get wasConnectionLimited(): boolean {
    return this.#wasConnectionLimited;
  }

  end(nowNs: number): number {
    let dropped = 0;
    while (!this.#isOver && this.#nextNs <= nowNs) {
      dropped += 1;
      this.#advance();
    }
    this.#isGivenUp = true;
    return dropped;
  }

  get #isOver(): boolean {
    const { bound } = this.#options;
    return this.#left === 0 || (bound.by === 'time' && this.#nextNs >= bound.endNs);
  }

  #advance(): void {
    this.#left -= 1;
    this.#nextNs = this.#options.startNs + this.#options.arrivals.nextNs();
  }
}
