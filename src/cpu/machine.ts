import { availableParallelism } from 'node:os';
import { readQuotas, type QuotaLevel } from './cgroup.ts';
import { parseCpuTicks, parseTimeWait, type CpuTicks } from './procfs.ts';
import type { MachineLimits } from '../scenario/machine-limits.ts';
import { readText } from './read-proc.ts';

/** The machine under the generator at one moment; `undefined` what it does not tell. */
export interface MachineReading {
  readonly ticks: CpuTicks | undefined;
  /** Local ports that connections which have ended still hold. */
  readonly timeWait: number | undefined;
  /** Load average of the last minute. */
  readonly loadAverage: number | undefined;
  /** Limits on the CPU time of this process. */
  readonly quotas: readonly QuotaLevel[];
}

export const readMachine = (): MachineReading => ({
  ticks: parseCpuTicks(readText('/proc/stat') ?? ''),
  timeWait: parseTimeWait(readText('/proc/net/sockstat') ?? ''),
  loadAverage: numberOf((readText('/proc/loadavg') ?? '').split(' ')[0]),
  quotas: readQuotas('self'),
});

/** Cores that this process may use: those it is bound to (cpuset, taskset), and no more than a limit on its CPU time allows. */
export const usableCores = (): number => {
  const allowed = readQuotas('self').map(({ cores }) => cores);
  return Math.max(1, Math.floor(Math.min(availableParallelism(), ...allowed)));
};

/** Reads the limits that the machine sets a generator. */
export const readMachineLimits = (): MachineLimits => {
  const [, files] = /^Max open files\s+(\d+)/mu.exec(readText('/proc/self/limits') ?? '') ?? [];
  const [low, high] = (readText('/proc/sys/net/ipv4/ip_local_port_range') ?? '').trim().split(/\s+/u).map(numberOf);
  return {
    files: numberOf(files),
    ports: low === undefined || high === undefined ? undefined : high - low + 1,
  };
};

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : undefined;
