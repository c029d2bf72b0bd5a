import { readFileSync } from 'node:fs';
import { parseSchedstatNs } from './procfs.ts';

/** Newer Node than the floor has it; the types are of the floor. */
type ThreadCpuUsage = () => { readonly user: number; readonly system: number };

const { threadCpuUsage } = process as unknown as { readonly threadCpuUsage?: ThreadCpuUsage };

/**
 * CPU time of the calling thread in ns, or `undefined` where it cannot be known.
 *
 * `process.threadCpuUsage` (Node 22.19 and 23.9 on) is exact to 1 us; before it, Linux has schedstat, which lags by up to one
 * tick of the kernel (1 to 10 ms) for a thread that runs.
 */
export const threadCpuNs = (): number | undefined => {
  if (threadCpuUsage !== undefined) {
    const { user, system } = threadCpuUsage();
    return (user + system) * 1000;
  }
  try {
    return parseSchedstatNs(readFileSync('/proc/thread-self/schedstat', 'utf8'));
  } catch {
    return undefined;
  }
};
