import { readText } from './read-proc.ts';

/** Clock ticks of the kernel's accounting are of 1/100 s on every Linux that Debian builds. */
const MS_PER_TICK = 10;

/**
 * CPU time of a process, its children and those that it has waited for, in ms, by the kernel's own accounting (utime, stime, cutime and
 * cstime), which is not what Resumark reads.
 *
 * @throws Error where the process itself has ended.
 */
export const cpuMsOf = (pid: number): number => {
  for (;;) {
    const ticks = ticksOfFamily(String(pid));
    if (ticks !== undefined) return ticks * MS_PER_TICK;
  }
};

/** Nothing where a child ended while this was read: it has become part of what its parent has waited for, which was read before. */
const ticksOfFamily = (pid: string): number | undefined => {
  const children = readText(`/proc/${pid}/task/${pid}/children`)?.split(' ').filter(Boolean);
  const own = ticksOf(pid);
  if (children === undefined || own === undefined) throw new Error(`process ${pid} has ended, and its CPU time with it`);
  const ticks = children.map(ticksOf);
  return ticks.every((one) => one !== undefined) ? ticks.reduce((sum, one) => sum + one, own) : undefined;
};

/** Fields 14 to 17 of stat, counted from behind the name in parentheses; nothing where the process has ended, be it while it is read. */
const ticksOf = (pid: string): number | undefined => {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
};
