import { existsSync } from 'node:fs';
import { allProcesses } from './listeners.ts';
import { parseIgnoresChildren, parseSchedstatNs, parseStat } from './procfs.ts';
import { readFolder, readText } from './read-proc.ts';

/** CPU time of a process at one moment, as the kernel tells it in two ways. */
export interface ProcessReading {
  readonly pid: number;
  /** Tells it from a later process with the same ID. */
  readonly key: string;
  readonly parent: number;
  /**
   * In ns, of each thread that lives, by thread ID.
   *
   * The kernel adds up a running thread's time at each tick (1 to 10 ms): read it when the process is idle, or over a long time.
   */
  readonly threadsNs: ReadonlyMap<string, number>;
  /** Of all its threads, those that have ended too; in steps of clock ticks. */
  readonly ownNs: number;
  /** Of the children that it has waited for, and of theirs; in steps of clock ticks. */
  readonly waitedNs: number;
  /** The kernel drops its children when they end, and their CPU time with them. */
  readonly ignoresChildren: boolean;
}

/** Clock ticks as user space sees them are of 1/100 s on every Linux that Debian builds (USER_HZ). */
export const NS_PER_TICK = 10_000_000;

/** Reads processes and all that descend from them, parents first. Those that are gone or may not be read are left out. */
export const readTree = (pids: readonly number[]): ProcessReading[] => {
  const childrenOf = hasChildrenFiles() ? childrenFromFiles : childrenFromScan();
  const tree = new Map<number, ProcessReading>();
  const visit = (pid: number): void => {
    const reading = tree.has(pid) ? undefined : readProcess(pid);
    if (reading === undefined) return;
    tree.set(pid, reading);
    childrenOf(reading).forEach(visit);
  };
  pids.forEach(visit);
  return [...tree.values()];
};

/** `undefined` when the process is gone or may not be read. */
const readProcess = (pid: number): ProcessReading | undefined => {
  const folder = `/proc/${String(pid)}`;
  const stat = parseStat(readText(`${folder}/stat`) ?? '');
  if (stat === undefined) return undefined;
  const threadsNs = new Map<string, number>();
  for (const thread of readFolder(`${folder}/task`)) {
    // Where a kernel has no schedstat the totals alone count.
    threadsNs.set(thread, parseSchedstatNs(readText(`${folder}/task/${thread}/schedstat`) ?? '') ?? 0);
  }
  return {
    pid,
    key: `${String(pid)}/${stat.startTicks}`,
    parent: stat.parent,
    threadsNs,
    ownNs: stat.ownTicks * NS_PER_TICK,
    waitedNs: stat.waitedTicks * NS_PER_TICK,
    ignoresChildren: parseIgnoresChildren(readText(`${folder}/status`) ?? ''),
  };
};

/** Kernels without CONFIG_PROC_CHILDREN have none. */
const hasChildrenFiles = (): boolean => existsSync(`/proc/${String(process.pid)}/task/${String(process.pid)}/children`);

const childrenFromFiles = ({ pid, threadsNs }: ProcessReading): number[] =>
  [...threadsNs.keys()].flatMap((thread) =>
    (readText(`/proc/${String(pid)}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );

const childrenFromScan = (): ((reading: ProcessReading) => number[]) => {
  const children = new Map<number, number[]>();
  for (const pid of allProcesses()) {
    const parent = parseStat(readText(`/proc/${String(pid)}/stat`) ?? '')?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return ({ pid }) => children.get(pid) ?? [];
};
