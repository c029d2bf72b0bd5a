import { Arrivals } from '../../scenario/arrivals.ts';
import { seededRandom } from '../../stats/random.ts';
import type { PaceRequest, WindowBound } from '../protocol/messages.ts';

/** Decides when handshakes start. Knows the time and the number in flight, and nothing of the handshakes. Times are on the engines' clock. */
export interface Pace {
  /** Takes the next start that is due. @returns its intended time, `undefined` when none is due. */
  take(nowNs: number, inFlight: number): number | undefined;
  /** The time to ask again; `Infinity` when nothing becomes due by time alone. */
  dueNs(inFlight: number): number;
  /** True when the start that was taken last had to wait for a connection to end. */
  readonly wasConnectionLimited: boolean;
  /** Gives the rest up. @returns the number of starts that had fallen due by then without being taken. */
  end(nowNs: number): number;
}

export interface ClosedOptions {
  readonly concurrency: number;
  /** `undefined` leaves it to the caller to stop. */
  readonly bound: WindowBound | undefined;
  readonly startNs: number;
}

/** Closed load: one starts when one has ended, so that the number in flight is constant. */
export class ClosedPace implements Pace {
  readonly #concurrency: number;
  readonly #endNs: number;
  #left: number;

  constructor({ concurrency, bound, startNs }: ClosedOptions) {
    this.#concurrency = concurrency;
    this.#endNs = bound?.by === 'time' ? startNs + bound.durationNs : Number.POSITIVE_INFINITY;
    this.#left = bound?.by === 'count' ? bound.attempts : Number.POSITIVE_INFINITY;
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
  /** Starts that are still owed this long after the window's end are given up, and counted. */
  readonly graceNs: number;
}

/**
 * Open load: starts are due by a schedule whatever becomes of those before. What falls due while the generator or the limit of connections
 * holds it up is started as soon as may be, with the start that was intended.
 */
export class SchedulePace implements Pace {
  readonly #options: ScheduleOptions;
  readonly #endNs: number;
  readonly #giveUpNs: number;
  #nextNs: number;
  #left: number;
  /** True when the start that is due now found no free connection. */
  #isFull = false;
  #wasConnectionLimited = false;
  #isGivenUp = false;

  constructor(options: ScheduleOptions) {
    const { bound, startNs, arrivals, graceNs } = options;
    this.#options = options;
    this.#left = bound.by === 'count' ? bound.attempts : Number.POSITIVE_INFINITY;
    this.#endNs = bound.by === 'time' ? startNs + bound.durationNs : Number.POSITIVE_INFINITY;
    this.#giveUpNs = this.#endNs + graceNs;
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
    return this.#left === 0 || this.#nextNs >= this.#endNs;
  }

  #advance(): void {
    this.#left -= 1;
    this.#nextNs = this.#options.startNs + this.#options.arrivals.nextNs();
  }
}

/** The pace that a worker was asked for. */
export const paceOf = (request: PaceRequest, startNs: number): Pace => {
  if (request.model === 'closed') return new ClosedPace({ ...request, startNs });
  // tinybench says when it is enough.
  if (request.model === 'sequential') return new ClosedPace({ concurrency: 1, bound: undefined, startNs });
  const { profile, pattern, seed, parts, index, bound, mostInFlight, graceNs } = request;
  const arrivals = new Arrivals({ profile, pattern, random: seededRandom(seed), parts, index });
  return new SchedulePace({ arrivals, startNs, bound, mostInFlight, graceNs });
};
