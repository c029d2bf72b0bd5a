import { join, relative } from 'node:path';
import { parseCgroups, parseCgroupMounts, parseCpuMax, parseKeyed, type CgroupMount } from './cgroup-files.ts';
import { readFolder, readText } from './read-proc.ts';
import { statSync } from 'node:fs';

/** How a limit on CPU time has held processes back so far, at one level of their cgroups. */
export interface QuotaLevel {
  readonly folder: string;
  /** CPU time per time that is allowed. */
  readonly cores: number;
  readonly periods: number;
  /** Periods in which it was used up and the processes had to wait. */
  readonly throttled: number;
}

/** The limits on the CPU time of a process, from its own cgroup upwards; empty where there is none, or where it cannot be seen. */
export const readQuotas = (pid: number | 'self'): QuotaLevel[] => {
  const own = cgroupFolder(pid, 'cpu');
  if (own === undefined) return [];
  return levelsOf(own).flatMap((folder) => quotaLevel(folder) ?? []);
};

/** A cgroup that holds the processes of a server and no others: it counts what they use, dead or alive, in ns. */
export interface OwnCgroup {
  readonly folder: string;
  readonly name: string;
}

/** Finds the cgroup of a server's processes, unless it has others too. */
export const ownCgroup = (pids: readonly number[]): OwnCgroup | undefined => {
  const [first] = pids;
  const own = first === undefined ? undefined : cgroupFolder(first, 'cpuacct');
  if (own === undefined) return undefined;
  const members = membersOf(own.folder, new Set(pids));
  if (members === undefined || pids.some((pid) => !members.has(pid))) return undefined;
  return { folder: own.folder, name: own.name };
};

/** CPU time in ns that a cgroup has used; `undefined` once it is gone. */
export const cgroupUsageNs = ({ folder }: OwnCgroup): number | undefined => {
  const ns = readText(join(folder, 'cpuacct.usage'));
  if (ns !== undefined) return Number(ns);
  const us = parseKeyed(readText(join(folder, 'cpu.stat')) ?? '').get('usage_usec');
  return us === undefined ? undefined : us * 1000;
};

/** The processes of a cgroup and those below it; `undefined` when there is one that is not expected. */
const membersOf = (folder: string, expected: ReadonlySet<number>): ReadonlySet<number> | undefined => {
  const here = (readText(join(folder, 'cgroup.procs')) ?? '').split('\n').filter(Boolean).map(Number);
  if (here.some((pid) => !expected.has(pid))) return undefined;
  const members = new Set(here);
  for (const name of readFolder(folder)) {
    const below = join(folder, name);
    if (!isFolder(below)) continue;
    const found = membersOf(below, expected);
    if (found === undefined) return undefined;
    found.forEach((pid) => members.add(pid));
  }
  return members;
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

interface CgroupFolder {
  readonly mount: CgroupMount;
  readonly folder: string;
  readonly name: string;
}

/** The folder of a process's cgroup in the hierarchy that has a controller: that of version 1 where it is there, else version 2. */
const cgroupFolder = (pid: number | 'self', controller: 'cpu' | 'cpuacct'): CgroupFolder | undefined => {
  const cgroups = parseCgroups(readText(`/proc/${String(pid)}/cgroup`) ?? '');
  for (const hierarchy of [controller, '']) {
    const mount = cgroupMounts().find(({ controllers }) => controllers.includes(hierarchy));
    const path = cgroups.find(({ controllers }) => controllers.includes(hierarchy))?.path;
    if (mount === undefined || path === undefined) continue;
    const below = relative(mount.root, path);
    if (below.startsWith('..')) continue;
    return { mount, folder: join(mount.folder, below), name: path };
  }
  return undefined;
};

let mounts: readonly CgroupMount[] | undefined;

/** Hierarchies stay mounted where they are, and the file is the slowest to read of all that tell of a machine. */
const cgroupMounts = (): readonly CgroupMount[] => (mounts ??= parseCgroupMounts(readText('/proc/self/mountinfo') ?? ''));

const levelsOf = ({ mount, folder }: CgroupFolder): string[] =>
  folder === mount.folder ? [folder] : [folder, ...levelsOf({ mount, folder: join(folder, '..'), name: '' })];

const quotaLevel = (folder: string): QuotaLevel | undefined => {
  const cores = coresOf(folder);
  if (cores === undefined) return undefined;
  const stat = parseKeyed(readText(join(folder, 'cpu.stat')) ?? '');
  const [periods, throttled] = [stat.get('nr_periods'), stat.get('nr_throttled')];
  if (periods === undefined || throttled === undefined) return undefined;
  return { folder, cores, periods, throttled };
};

/** Version 2 has quota and period in one file, version 1 in two; both in µs. */
const coresOf = (folder: string): number | undefined => {
  const max = readText(join(folder, 'cpu.max'));
  if (max !== undefined) return parseCpuMax(max);
  const quota = Number(readText(join(folder, 'cpu.cfs_quota_us')) ?? -1);
  const period = Number(readText(join(folder, 'cpu.cfs_period_us')) ?? 0);
  return quota > 0 && period > 0 ? quota / period : undefined;
};
