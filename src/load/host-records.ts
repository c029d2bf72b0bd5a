import type { MachineReading } from '../cpu/machine.ts';
import { quotaBetween } from '../cpu/quota.ts';
import type { HostRecord } from '../domain/run-record.ts';
import type { HostReport } from './load-generator.ts';
import type { MeasureReport } from './protocol/messages.ts';

/**
 * The work of each machine of the generator in a window.
 *
 * @param sources local addresses that each machine connects from: each has ports of its own.
 */
export const hostRecord = ({ agent, startSkewNs, workers, before, after, limits }: HostReport, sources: number): HostRecord => ({
  agent,
  startSkewNs,
  workers: workers.map(workerRecord),
  mostInFlight: workers.reduce((sum, { mostInFlight }) => sum + mostInFlight, 0),
  fileLimit: limits.files ?? null,
  portLimit: limits.ports === undefined ? null : limits.ports * sources,
  timeWait: after.timeWait ?? null,
  machine: machineShares(before, after),
  clockStepped: workers.some(({ clockStepped }) => clockStepped),
  quota: quotaBetween(before.quotas, after.quotas),
});

/** Shares of the time from the common start to the worker's last end. */
const workerRecord = ({ lastEndNs, restedNs, stalledNs, cpuNs }: MeasureReport): HostRecord['workers'][number] => {
  const spentNs = cpuNs?.reduce((sum, ns) => sum + ns, 0);
  return {
    busyShare: lastEndNs > 0 ? Math.max(0, 1 - restedNs / lastEndNs) : null,
    stalledNs,
    cpuShare: lastEndNs > 0 && spentNs !== undefined ? spentNs / lastEndNs : null,
  };
};

/** `null` also for a window that is shorter than the kernel's ticks. */
const machineShares = (before: MachineReading, after: MachineReading): HostRecord['machine'] => {
  if (before.ticks === undefined || after.ticks === undefined) return null;
  const all = after.ticks.all - before.ticks.all;
  if (all <= 0) return null;
  return {
    busyShare: 1 - (after.ticks.idle - before.ticks.idle) / all,
    stealShare: (after.ticks.stolen - before.ticks.stolen) / all,
    loadAverage: after.loadAverage ?? 0,
  };
};
