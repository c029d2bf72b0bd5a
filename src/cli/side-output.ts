import { writeFile } from 'node:fs/promises';
import { ResumarkError } from '../domain/error.ts';
import type { Terminal } from './terminal.ts';

/**
 * Writes something beside the result. One that cannot be written is a warning: the measurement and
 * its verdict stand, and the exit code is theirs.
 *
 * @param name names it in the warning.
 */
export const writeBeside = async (terminal: Terminal, name: string, write: () => Promise<void>): Promise<void> => {
  try {
    await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    terminal.err(`warning: ${name} cannot be written: ${code}. The result and the exit code are not affected.\n`);
  }
};

/**
 * Empties the file of --folder-file, so that it never names the folder of an earlier run.
 *
 * @returns the function that writes a run's folder to it.
 * @throws ResumarkError USAGE when it cannot be written, before anything is measured.
 */
export const openFolderFile = async (terminal: Terminal, path: unknown): Promise<(folder: string) => Promise<void>> => {
  if (typeof path !== 'string') return () => Promise.resolve();
  try {
    await writeFile(path, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ResumarkError('USAGE', `the file ${path} of --folder-file cannot be written: ${code ?? String(error)}.`);
  }
  return (folder) => writeBeside(terminal, `the file ${path} of --folder-file`, () => writeFile(path, `${folder}\n`));
};
