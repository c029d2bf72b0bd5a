import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A cgroup that a test has made. */
export interface TestCgroup {
  /** Path in its hierarchy, as /proc/PID/cgroup shows it. */
  readonly path: string;
  readonly add: (pid: number) => Promise<void>;
  /** Adds a process with its children. */
  readonly addFamily: (pid: number) => Promise<void>;
  /** Removes it; its processes must have ended. */
  readonly remove: () => Promise<void>;
}

/**
 * Makes a cgroup at the top of a hierarchy, of version 2 or of a controller's own of version 1; `undefined` where this machine does not
 * let a test do so.
 *
 * @param cores the limit on its CPU time.
 */
export const makeCgroup = async (controller: 'cpu' | 'cpuacct', cores?: number): Promise<TestCgroup | undefined> => {
  const path = `/resumark-${String(process.pid)}-${controller}`;
  for (const [root, limits] of [
    [`/sys/fs/cgroup/${controller}`, [['cpu.cfs_quota_us', String((cores ?? 0) * PERIOD_US)]]],
    ['/sys/fs/cgroup', [['cpu.max', `${String((cores ?? 0) * PERIOD_US)} ${String(PERIOD_US)}`]]],
  ] as const) {
    const folder = join(root, path);
    try {
      await readFile(join(root, 'cgroup.procs'));
      await mkdir(folder);
      if (cores !== undefined) for (const [name, value] of limits) await writeFile(join(folder, name), value);
    } catch {
      await rmdir(folder).catch(() => undefined);
      continue;
    }
    const add = (pid: number): Promise<void> => writeFile(join(folder, 'cgroup.procs'), String(pid));
    return {
      path,
      add,
      addFamily: async (pid) => {
        // Children that begin from here on are born into it, and one that has ended needs no place.
        await add(pid);
        await Promise.all((await childrenOf(pid)).map((child) => add(child).catch(ignoreMissing)));
      },
      remove: () => removeWhenEmpty(folder),
    };
  }
  return undefined;
};

const PERIOD_US = 100_000;

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ESRCH') throw error;
};

/** A process leaves its cgroup a moment after it has ended. */
const removeWhenEmpty = async (folder: string): Promise<void> => {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await rmdir(folder);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};
