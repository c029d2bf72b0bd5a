import type { CpuMeter, CpuSpan, ServerUse } from '../cpu/meter.ts';
import type { WindowStream } from './window-request.ts';

/** Short beside a block, long beside what a look takes. */
const LEAST_PAUSE_MS = 20;

/** A look at many processes takes longer: the generator's machine is left alone for 20 times as long. */
const PAUSES_PER_LOOK = 20;

/** Measures the CPU time of the servers of a window, and looks at their processes now and then while it goes on. */
export class ServerWatch {
  readonly #spans: ReadonlyMap<CpuMeter, CpuSpan>;
  #timer: NodeJS.Timeout | undefined;

  constructor(streams: readonly WindowStream[]) {
    const meters = new Set(
      streams.flatMap(({ serverCpu, fleetCpu }) =>
        [serverCpu, fleetCpu?.balancer, fleetCpu?.cache].filter((meter) => meter !== undefined),
      ),
    );
    this.#spans = new Map([...meters].map((meter) => [meter, meter.start()]));
    if (this.#spans.size > 0) this.#lookAfter(LEAST_PAUSE_MS);
  }

  /** What each server used until now. Where two have a process in common, nobody can tell which of them it worked for. */
  end(): ReadonlyMap<CpuMeter, ServerUse> {
    this.stop();
    const uses = [...this.#spans].map(([meter, span]) => [meter, span.used()] as const);
    const isShared = (use: ServerUse): boolean =>
      uses.some(([, other]) => other !== use && other.pids.some((pid) => use.pids.includes(pid)));
    return new Map(uses.map(([meter, use]) => [meter, isShared(use) ? { ...use, cpuNs: undefined, cpuAbsence: 'shared' } : use]));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #lookAfter(pauseMs: number): void {
    this.#timer = setTimeout(() => {
      const startMs = performance.now();
      for (const span of this.#spans.values()) span.look();
      this.#lookAfter(Math.max(LEAST_PAUSE_MS, (performance.now() - startMs) * PAUSES_PER_LOOK));
    }, pauseMs);
  }
}
