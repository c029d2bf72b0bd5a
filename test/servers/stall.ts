import { readFile } from 'node:fs/promises';

/**
 * Stops a server and its children for about so long: the kernel still accepts connections, and nobody answers.
 *
 * @returns how long it was, in ms.
 */
export const stall = async (pid: number, ms: number): Promise<number> => {
  const children = (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')).trim().split(' ');
  const pids = [pid, ...children.filter((child) => child !== '').map(Number)];
  for (const one of pids) process.kill(one, 'SIGSTOP');
  const startMs = performance.now();
  try {
    await new Promise((resolve) => setTimeout(resolve, ms));
  } finally {
    for (const one of pids) process.kill(one, 'SIGCONT');
  }
  return performance.now() - startMs;
};
