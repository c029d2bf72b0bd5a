import type { MachineReading } from '../cpu/machine.ts';
import { quotaBetween } from '../cpu/quota.ts';
import type { HostRecord } from '../domain/run-record.ts';
import { sumOf } from '../stats/descriptive.ts';
import type { HostReport } from './load-generator.ts';
import type { WorkerReport } from './protocol/messages.ts';

/** The cell that a machine's work is recorded for. */
interface RecordedStream {
  /** Its place among the streams of the window. */
  readonly index: number;
  /** Local addresses that each machine connects from: each has ports of its own. */
  readonly sources: number;
}

/** The work of one machine of the generator in a window: its part of one cell, and its state, which all cells of the window share. */
export const hostRecord = (host: HostReport, { index, sources }: RecordedStream): HostRecord => {
  const { agent, startSkewNs, workers, before, after, limits } = host;
  return {
    agent,
    startSkewNs,
    ...partOf(host, index),
    workers: workers.map(workerRecord),
    mostInFlight: workers.reduce((sum, { mostInFlight }) => sum + mostInFlight, 0),
    fileLimit: limits.files ?? null,
    portLimit: limits.ports === undefined ? null : limits.ports * sources,
    timeWait: after.timeWait ?? null,
    machine: machineShares(before, after),
    clockStepped: workers.some(({ clockStepped }) => clockStepped),
    quota: quotaBetween(before.quotas, after.quotas),
  };
};

/** What the machine's workers counted of one cell. */
const partOf = ({ streams, workers }: HostReport, index: number) => {
  const { handshakes = 0, honoured = 0, errors = {} } = streams[index]?.counts ?? {};
  return {
    handshakes,
    honoured,
    errors: sumOf(Object.values(errors), (failures) => failures),
    cpuClientNs: cpuClientNsOf(workers, index),
  };
};

/** CPU time that workers spent on one cell; null where one of them cannot tell. */
export const cpuClientNsOf = (workers: readonly WorkerReport[], index: number): number | null => {
  const spent = workers.map(({ cpuNs }) => cpuNs?.[index]);
  return spent.every((ns) => ns !== undefined) ? sumOf(spent, (ns) => ns) : null;
};

/** Shares of the time from the common start to the worker's last end. */
const workerRecord = ({ lastEndNs, restedNs, stalledNs, cpuNs }: WorkerReport): HostRecord['workers'][number] => {
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
