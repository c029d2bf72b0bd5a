import { networkInterfaces } from 'node:os';
import { isAlive, listenersOf, threadTimesNs, withDescendants } from './processes.ts';

/** Reads how much CPU time a server has used. */
export interface CpuMeter {
  /** Source of the readings, for the record: `schedstat of pids 12, 13`. */
  readonly source: string;
  /**
   * CPU time in ns so far; `undefined` once the server has ended. It never goes back: a thread that has ended keeps what it had used when
   * it was last seen.
   */
  readNs(): number | undefined;
}

/** The meter of the server that listens on a port, or `undefined` when it is not on this machine or may not be read. */
export const meterOfPort = (address: string, port: number): CpuMeter | undefined =>
  isLocal(address) ? meterOf(listenersOf(address, port)) : undefined;

/** The meter of a process and its descendants, or `undefined` where /proc does not say. */
export const meterOfPid = (pid: number): CpuMeter | undefined => meterOf([pid]);

const meterOf = (roots: readonly number[]): CpuMeter | undefined => {
  const seen = new Map<string, number>();
  let total = 0;
  const readNs = (): number | undefined => {
    if (!roots.some(isAlive)) return undefined;
    for (const pid of withDescendants(roots)) {
      for (const [thread, ns] of threadTimesNs(pid)) {
        const before = seen.get(thread) ?? 0;
        // A thread that has used less than before is another one under the same ID.
        total += ns >= before ? ns - before : ns;
        seen.set(thread, ns);
      }
    }
    return total;
  };
  if ((readNs() ?? 0) === 0) return undefined;
  return { source: `schedstat of ${roots.length === 1 ? 'pid' : 'pids'} ${roots.join(', ')} and children`, readNs };
};

const isLocal = (address: string): boolean =>
  address.startsWith('127.') ||
  Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));
