import type { Outcome } from '../../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';

/** How a schedule was kept, as plain data that crosses threads. */
export interface ScheduleReport {
  readonly due: number;
  readonly unstarted: number;
  readonly crowded: number;
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
  #unstarted = 0;
  #crowded = 0;

  began(wasCrowded: boolean): void {
    this.#due += 1;
    if (wasCrowded) this.#crowded += 1;
  }

  leftOut(): void {
    this.#due += 1;
    this.#unstarted += 1;
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
      unstarted: this.#unstarted,
      crowded: this.#crowded,
      lateNs: this.#lateNs.encode(),
      serviceNs: this.#serviceNs.encode(),
      responseNs: this.#responseNs.encode(),
    };
  }
}
