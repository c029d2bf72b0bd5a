import { INTERVALS, type IntervalCounter, type IntervalCounts } from '../../domain/timeline-record.ts';

/** Twice as many as a plan may have: how long a window of so many handshakes takes is for the server to say. */
const MOST_INTERVALS = 20_000;

/** Counts handshakes of one cell by the interval in which they ended. A new interval allocates, a handshake does not. */
export class TimelineTally {
  readonly #intervalNs: number;
  readonly #intervals = INTERVALS.counter();
  #startNs = 0;

  constructor(intervalNs: number) {
    this.#intervalNs = intervalNs;
  }

  /** @param startNs the common start of the window, on the engines' clock. */
  begin(startNs: number): void {
    this.#startNs = startNs;
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
    const index = Math.floor(Math.max(0, endNs - this.#startNs) / this.#intervalNs);
    return this.#intervals.at(Math.min(index, MOST_INTERVALS - 1));
  }
}
