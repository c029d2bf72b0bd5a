import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';

/** What was offered of sessions, as plain data that crosses threads. */
export interface OfferedSessionsReport {
  readonly handshakes: number;
  readonly sessions: number;
  readonly ageNs: EncodedHistogram;
}

/** What a session policy comes to: how many sessions, how often, and how old. */
export class OfferedSessionsTally {
  readonly #ageNs = new LatencyHistogram();
  #sessions = 0;

  record(ageNs: number, isFirstTime: boolean): void {
    this.#ageNs.record(Math.max(0, ageNs));
    if (isFirstTime) this.#sessions += 1;
  }

  report(): OfferedSessionsReport | undefined {
    const { count } = this.#ageNs;
    return count === 0 ? undefined : { handshakes: count, sessions: this.#sessions, ageNs: this.#ageNs.encode() };
  }
}
