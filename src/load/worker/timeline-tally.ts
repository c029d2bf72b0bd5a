import { INTERVALS, type IntervalCounter, type IntervalCounts } from '../../domain/timeline-record.ts';

/** Twice as many as a plan may have: how long a window of so many handshakes takes is for the server to say. */
const MOST_INTERVALS = 20_000;

export interface TimelineOptions {
  readonly intervalNs: number;
  /** The common start of the window, on the engines' clock. */
  readonly startNs: number;
}

/** Counts handshakes of one cell by the interval in which they ended. A new interval allocates, a handshake does not. */
export class TimelineTally {
  readonly #options: TimelineOptions;
  readonly #intervals = INTERVALS.counter();

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  honoured(endNs: number, waitedNs: number): void {
    const { handshakes, honoured, latencyNs } = this.#at(endNs);
    handshakes.add();
    honoured.add();
    latencyNs.record(waitedNs);
  }

  declined(endNs: number): void {
    this.#at(endNs).handshakes.add();
  }

  failed(endNs: number): void {
    this.#at(endNs).errors.add();
  }

  report(): readonly IntervalCounts[] {
    return this.#intervals.report();
  }

  /** What comes after the last interval is counted in it. */
  #at(endNs: number): IntervalCounter {
    const { startNs, intervalNs } = this.#options;
    const index = Math.floor(Math.max(0, endNs - startNs) / intervalNs);
    return this.#intervals.at(Math.min(index, MOST_INTERVALS - 1));
  }
}
