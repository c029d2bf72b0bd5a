import { readFileSync } from 'node:fs';

/** Clock ticks of the kernel's accounting are of 1/100 s on every Linux that Debian builds. */
const MS_PER_TICK = 10;

/** CPU time of a process and its children by the kernel's own accounting (utime and stime), which is not what Resumark reads. */
export const cpuMsOf = (pid: number): number => {
  const id = String(pid);
  const children = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').split(' ').filter(Boolean);
  return [id, ...children].reduce((sum, one) => sum + ticksOf(one), 0) * MS_PER_TICK;
};

/** Fields 14 and 15 of stat, counted from behind the name in parentheses. */
const ticksOf = (pid: string): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
