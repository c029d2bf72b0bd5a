import { sumOf } from '../stats/descriptive.ts';
import { meterOfPid, type CpuMeter, type CpuSource, type CpuSpan, type ServerUse } from './meter.ts';

/**
 * The meter of a server whose process ends now and then and gets a successor. What a process uses after it was taken leave of, in order
 * to end, is not counted.
 */
export class SuccessiveMeter implements CpuMeter {
  #meter: CpuMeter | undefined;
  /** The one that goes on; each window has its own, one after the other. */
  #span: SuccessiveSpan | undefined;

  constructor(pid: number) {
    this.#meter = meterOfPid(pid);
  }

  get source(): CpuSource {
    return this.#meter?.source ?? { state: 'unknown', reason: 'no-listener' };
  }

  start(): CpuSpan {
    this.#span = new SuccessiveSpan(this.#meter);
    return this.#span;
  }

  /** Keeps what the process has used: it is about to end. */
  leave(): void {
    this.#span?.leave();
    this.#meter = undefined;
  }

  /** Goes on with another process. */
  follow(pid: number): void {
    this.#meter = meterOfPid(pid);
    this.#span?.follow(this.#meter);
  }
}

/** The uses of processes one after the other. */
class SuccessiveSpan implements CpuSpan {
  readonly #past: ServerUse[] = [];
  #current: CpuSpan | undefined;

  constructor(meter: CpuMeter | undefined) {
    this.#current = meter?.start();
  }

  look(): void {
    this.#current?.look();
  }

  cpuNs(): number | undefined {
    const current = this.#current === undefined ? 0 : this.#current.cpuNs();
    const all = [...this.#past.map((use) => use.cpuNs), current];
    return all.includes(undefined) ? undefined : sumOf(all, (ns) => ns ?? 0);
  }

  used(): ServerUse {
    const [first, ...later] = [...this.#past, ...(this.#current === undefined ? [] : [this.#current.used()])];
    if (first === undefined) return NOTHING;
    return later.reduce(together, first);
  }

  leave(): void {
    if (this.#current !== undefined) this.#past.push({ ...this.#current.used(), pids: [] });
    this.#current = undefined;
  }

  follow(meter: CpuMeter): void {
    this.#current = meter.start();
  }
}

/** A server that never ran uses nothing. */
const NOTHING: ServerUse = { cpuNs: 0, cpuAbsence: null, quota: null, forwardsTo: [], pids: [] };

const together = (before: ServerUse, after: ServerUse): ServerUse => ({
  cpuNs: before.cpuNs === undefined || after.cpuNs === undefined ? undefined : before.cpuNs + after.cpuNs,
  cpuAbsence: before.cpuAbsence ?? after.cpuAbsence,
  quota: after.quota ?? before.quota,
  forwardsTo: [...new Set([...before.forwardsTo, ...after.forwardsTo])],
  pids: after.pids,
});
