import type { CpuMeter, CpuSpan } from '../cpu/meter.ts';
import type { CpuReading } from '../domain/timeline-record.ts';
import { nowNs } from '../engine/clock.ts';

/** A reading of the CPU time since the start of a span, on the engines' clock. */
interface Mark {
  readonly atNs: number;
  readonly cpuNs: number;
}

/** The CPU time of a server over time. Where its processes are replaced, it goes on with those that there are then. */
export class CpuTimeline {
  readonly #meter: CpuMeter;
  readonly #readings: CpuReading[] = [];
  #span: CpuSpan;
  #last: Mark | undefined;

  /** @param span that of the whole window: it has to notice each process that joins. */
  constructor(meter: CpuMeter, span: CpuSpan) {
    this.#meter = meter;
    this.#span = span;
    this.read();
  }

  read(): void {
    const now = this.#mark();
    const last = this.#last;
    this.#last = now ?? this.#startAgain();
    if (now === undefined || last === undefined) return;
    // The kernel's two accounts of a process may differ by a tick.
    this.#readings.push({ fromNs: last.atNs, toNs: now.atNs, usedNs: Math.max(0, now.cpuNs - last.cpuNs) });
  }

  /** The readings so far, relative to the start of the window. */
  since(startNs: number): readonly CpuReading[] {
    return this.#readings.map(({ fromNs, toNs, usedNs }) => ({ fromNs: fromNs - startNs, toNs: toNs - startNs, usedNs }));
  }

  #startAgain(): Mark | undefined {
    this.#span = this.#meter.start();
    return this.#mark();
  }

  #mark(): Mark | undefined {
    const cpuNs = this.#span.cpuNs();
    return cpuNs === undefined ? undefined : { atNs: nowNs(), cpuNs };
  }
}
