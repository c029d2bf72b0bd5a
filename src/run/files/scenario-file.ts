import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { parseDocument } from 'yaml';
import { ResumarkError } from '../../domain/error.ts';
import type { RawSettings } from '../../scenario/decode.ts';

/**
 * Reads a scenario file: YAML, and so JSON too.
 *
 * @returns the content, with the file's name as the run's name unless it has one.
 * @throws ResumarkError SCENARIO when there is no such file, or it is not YAML.
 */
export const readScenarioFile = async (path: string): Promise<unknown> => {
  const document = parseDocument(await readText(path), { prettyErrors: true });
  const flaw = document.errors[0];
  if (flaw !== undefined) throw new ResumarkError('SCENARIO', `${path} is not YAML: ${flaw.message.trim()}`);
  const content: unknown = document.toJS();
  return isMapping(content) ? { name: nameOf(path), ...content } : content;
};

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new ResumarkError('SCENARIO', `there is no scenario file ${path}.`, 'A target is written as host:port.');
    }
    if (code === 'EISDIR') {
      throw new ResumarkError(
        'SCENARIO',
        `${path} is a directory, not a scenario file.`,
        'Name a file in it. A target is written as host:port.',
      );
    }
    throw new ResumarkError('SCENARIO', `${path} cannot be read: ${code ?? String(error)}.`);
  }
};

const nameOf = (path: string): string =>
  basename(path, extname(path))
    .replace(/[^\w.-]/gu, '-')
    .slice(0, 64);

const isMapping = (value: unknown): value is RawSettings => typeof value === 'object' && value !== null && !Array.isArray(value);
