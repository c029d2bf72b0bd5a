import type { CpuMeter, CpuSpan, ServerUse } from '../cpu/meter.ts';
import type { CpuReading } from '../domain/timeline-record.ts';
import { nowNs, sinceOriginNs } from '../engine/clock.ts';
import { CpuTimeline } from './cpu-timeline.ts';
import type { WindowRequest } from './window-request.ts';

/** Short beside a block, long beside what a look takes. */
const LEAST_PAUSE_MS = 20;

/** A look at many processes takes longer: the generator's machine is left alone for 20 times as long. */
const PAUSES_PER_LOOK = 20;

/** Use of a server in a window. */
export interface WatchedUse extends ServerUse {
  /** Its CPU time over time, relative to the start of the window; empty where no timeline is asked for, or it is not known. */
  readonly timeline: readonly CpuReading[];
}

/** Measures the CPU time of the servers of a window, and looks at their processes now and then while it goes on. */
export class ServerWatch {
  readonly #spans: ReadonlyMap<CpuMeter, CpuSpan>;
  readonly #timelines = new Map<CpuMeter, CpuTimeline>();
  #looking: NodeJS.Timeout | undefined;
  #reading: NodeJS.Timeout | undefined;

  /** @param startInNs time until the start of the window, about. */
  constructor({ streams, timelineNs }: Pick<WindowRequest, 'streams' | 'timelineNs'>, startInNs: number) {
    const servers = new Set(streams.flatMap(({ serverCpu }) => serverCpu ?? []));
    const around = streams.flatMap(({ fleetCpu }) => [fleetCpu?.balancer, fleetCpu?.cache].flatMap((meter) => meter ?? []));
    this.#spans = new Map([...servers, ...around].map((meter) => [meter, meter.start()]));
    if (this.#spans.size > 0) this.#lookAfter(LEAST_PAUSE_MS);
    if (timelineNs !== undefined) this.#follow(servers, timelineNs, startInNs);
  }

  /**
   * What each server used until now. Where two have a process in common, nobody can tell which of them it worked for.
   *
   * @param startUnixNs the start of the window.
   */
  end(startUnixNs: string): ReadonlyMap<CpuMeter, WatchedUse> {
    this.stop();
    this.#readAll();
    const startNs = sinceOriginNs(startUnixNs);
    const uses = [...this.#spans].map(([meter, span]) => [meter, span.used()] as const);
    const isShared = (use: ServerUse): boolean =>
      uses.some(([, other]) => other !== use && other.pids.some((pid) => use.pids.includes(pid)));
    return new Map(
      uses.map(([meter, use]) => [
        meter,
        isShared(use)
          ? { ...use, cpuNs: undefined, cpuAbsence: 'shared', timeline: [] }
          : { ...use, timeline: this.#timelines.get(meter)?.since(startNs) ?? [] },
      ]),
    );
  }

  stop(): void {
    clearTimeout(this.#looking);
    clearTimeout(this.#reading);
  }

  #lookAfter(pauseMs: number): void {
    this.#looking = setTimeout(() => {
      const startMs = performance.now();
      for (const span of this.#spans.values()) span.look();
      this.#lookAfter(Math.max(LEAST_PAUSE_MS, (performance.now() - startMs) * PAUSES_PER_LOOK));
    }, pauseMs);
  }

  #follow(servers: ReadonlySet<CpuMeter>, intervalNs: number, startInNs: number): void {
    for (const meter of servers) {
      const span = this.#spans.get(meter);
      if (span !== undefined) this.#timelines.set(meter, new CpuTimeline(meter, span));
    }
    if (this.#timelines.size > 0) this.#readAt(nowNs() + startInNs, intervalNs);
  }

  /** Reads at the end of an interval, and then at that of the next one that leaves the machine alone for long enough. */
  #readAt(dueNs: number, intervalNs: number): void {
    this.#reading = setTimeout(
      () => {
        const beganNs = nowNs();
        this.#readAll();
        const freeNs = nowNs() + (nowNs() - beganNs) * PAUSES_PER_LOOK;
        this.#readAt(dueNs + Math.max(1, Math.ceil((freeNs - dueNs) / intervalNs)) * intervalNs, intervalNs);
      },
      Math.max(0, (dueNs - nowNs()) / 1e6),
    );
  }

  #readAll(): void {
    for (const timeline of this.#timelines.values()) timeline.read();
  }
}
