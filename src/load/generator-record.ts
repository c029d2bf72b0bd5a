import type { GeneratorRecord } from '../domain/run-record.ts';
import type { Capacity } from '../scenario/capacity.ts';
import type { MachineReading } from './machine.ts';
import type { WindowReport } from './protocol/messages.ts';
import type { WindowRequest } from './window-request.ts';

/** The machine around a window. */
export interface MachineInWindow {
  readonly before: MachineReading;
  readonly after: MachineReading;
  readonly capacity: Capacity;
}

export interface WindowOfWorkers {
  readonly order: WindowRequest;
  readonly startNs: number;
  readonly windows: readonly WindowReport[];
  readonly machine: MachineInWindow;
}

/** How hard the generator worked in a window: shares of the time from the common start to each worker's last end. */
export const generatorRecord = ({ order, startNs, windows, machine }: WindowOfWorkers): GeneratorRecord => {
  const { files, ports } = machine.capacity;
  return {
    workers: windows.map(({ lastEndNs, restedNs, cpuNs }) => {
      const lastedNs = lastEndNs - startNs;
      const spentNs = cpuNs?.reduce((sum, ns) => sum + ns, 0);
      return {
        busyShare: lastedNs > 0 ? Math.max(0, 1 - restedNs / lastedNs) : null,
        cpuShare: lastedNs > 0 && spentNs !== undefined ? spentNs / lastedNs : null,
      };
    }),
    mostInFlight: windows.reduce((sum, { mostInFlight }) => sum + mostInFlight, 0),
    fileLimit: files ?? null,
    portLimit: ports === undefined ? null : ports * sourcesOf(order),
    timeWait: machine.after.timeWait ?? null,
    machine: machineShares(machine),
  };
};

const sourcesOf = ({ streams }: WindowRequest): number => Math.max(1, ...streams.map(({ settings }) => settings.sources.length));

/** `null` also for a window that is shorter than the kernel's ticks. */
const machineShares = ({ before, after }: MachineInWindow): GeneratorRecord['machine'] => {
  if (before.ticks === undefined || after.ticks === undefined) return null;
  const all = after.ticks.all - before.ticks.all;
  if (all <= 0) return null;
  return {
    busyShare: 1 - (after.ticks.idle - before.ticks.idle) / all,
    stealShare: (after.ticks.stolen - before.ticks.stolen) / all,
    loadAverage: after.loadAverage ?? 0,
  };
};
