import { readFile } from 'node:fs/promises';
import { ResumarkError } from '../../domain/error.ts';
import type { FileTexts } from '../../target/server-controls.ts';

/**
 * Reads the templates of files.
 *
 * @param paths by the names of the files.
 * @throws ResumarkError USAGE naming the one that cannot be read.
 */
export const readTemplates = async (paths: Readonly<Record<string, string>>): Promise<FileTexts> => {
  const texts = Object.entries(paths).map(async ([name, path]) => [name, await readTemplate(name, path)] as const);
  return Object.fromEntries(await Promise.all(texts));
};

const readTemplate = async (name: string, path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ResumarkError('USAGE', `the template ${path} of ${name} cannot be read: ${reason}.`);
  }
};
