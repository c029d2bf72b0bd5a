import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResumarkError } from '../../domain/error.ts';
import type { RunningProgram } from './program.ts';

/** Time in which a server has new workers, or says why not. */
const RELOAD_TIMEOUT_MS = 5000;

const POLL_MS = 5;

/** Of what a program printed, in a message. */
const MOST_OUTPUT = 500;

/** The children of a process that work for it, recognised by the command line that they have given themselves. */
export const workersOf = async (pid: number, isWorker: (commandLine: string) => boolean): Promise<readonly string[]> => {
  const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const children = (await text(`/proc/${String(pid)}/task/${String(pid)}/children`)).split(' ').filter(Boolean);
  const lines = await Promise.all(children.map((child) => text(`/proc/${child}/cmdline`)));
  return children.filter((_, index) => isWorker(lines[index] ?? ''));
};

/**
 * Sends the signal at which a server reads its configuration, and waits until other workers serve and the old ones do not.
 *
 * @throws ResumarkError TARGET with what it printed when it has no new ones in time: it goes on with its old configuration.
 */
export const reloadWorkers = async (
  program: RunningProgram,
  signal: NodeJS.Signals,
  isWorker: (commandLine: string) => boolean,
): Promise<void> => {
  const before = await workersOf(program.pid, isWorker);
  const printedBefore = (await program.output()).length;
  process.kill(program.pid, signal);
  const deadline = performance.now() + RELOAD_TIMEOUT_MS;
  for (;;) {
    const now = await workersOf(program.pid, isWorker);
    if (now.length > 0 && now.every((worker) => !before.includes(worker))) return;
    if (performance.now() > deadline) throw await notReloaded(program, printedBefore);
    await sleep(POLL_MS);
  }
};

const notReloaded = async ({ output }: RunningProgram, from: number): Promise<ResumarkError> => {
  const printed = (await output()).slice(from).trim().slice(-MOST_OUTPUT);
  const said = printed === '' ? 'It printed nothing.' : `It printed: ${printed}`;
  return new ResumarkError('TARGET', `it had no new worker ${String(RELOAD_TIMEOUT_MS)} ms after the reload. ${said}`);
};
