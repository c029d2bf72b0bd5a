import type { Outcome } from '../../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';

/** How a schedule was kept, as plain data that crosses threads. */
export interface ScheduleReport {
  readonly due: number;
  readonly dropped: number;
  readonly connectionLimited: number;
  readonly lateNs: EncodedHistogram;
  readonly serviceNs: EncodedHistogram;
  readonly responseNs: EncodedHistogram;
}

/** How well a schedule was kept, and what that means for those who waited. */
export class ScheduleTally {
  readonly #lateNs = new LatencyHistogram();
  readonly #serviceNs = new LatencyHistogram();
  readonly #responseNs = new LatencyHistogram();
  #due = 0;
  #dropped = 0;
  #connectionLimited = 0;

  began(wasConnectionLimited: boolean): void {
    this.#due += 1;
    if (wasConnectionLimited) this.#connectionLimited += 1;
  }

  dropped(): void {
    this.#due += 1;
    this.#dropped += 1;
  }

  late(ns: number): void {
    this.#lateNs.record(Math.max(0, ns));
  }

  record({ startNs, connectNs, handshakeNs }: Outcome, intendedNs: number): void {
    const serviceNs = connectNs + handshakeNs;
    this.#serviceNs.record(serviceNs);
    this.#responseNs.record(Math.max(0, startNs - intendedNs) + serviceNs);
  }

  report(): ScheduleReport {
    return {
      due: this.#due,
      dropped: this.#dropped,
      connectionLimited: this.#connectionLimited,
      lateNs: this.#lateNs.encode(),
      serviceNs: this.#serviceNs.encode(),
      responseNs: this.#responseNs.encode(),
    };
  }
}
