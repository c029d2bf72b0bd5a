import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResumarkError } from '../../domain/error.ts';
import { decode, type z } from '../../domain/zod.ts';

/** A kind of file in a run folder. */
export interface ResultFile<Schema extends z.ZodType> {
  readonly name: string;
  readonly format: number;
  /** Converts content of an older format, by that format. */
  readonly older?: Readonly<Record<number, (content: object) => unknown>>;
  readonly schema: Schema;
}

/**
 * Reads a result file, given its own path or that of its folder.
 *
 * @throws ResumarkError RESULT_FILE when it is missing, broken, or of a format that this version does not know.
 */
export const readResultFile = async <Schema extends z.ZodType>(
  path: string,
  { name, format, older = {}, schema }: ResultFile<Schema>,
): Promise<z.output<Schema>> => {
  const file = await fileAt(path, name);
  const content = parseJson(await readText(file, name), file);
  const found = formatOf(content);
  const convert = typeof found === 'number' ? older[found] : undefined;
  if (found !== format && convert === undefined) {
    throw new ResumarkError(
      'RESULT_FILE',
      `${file} has format ${found === undefined ? 'none' : JSON.stringify(found)}, but this version reads format ${String(format)}.`,
      'Read it with the version of resumark that wrote it.',
    );
  }
  const decoded = decode(schema, convert === undefined ? content : convert(content as object));
  if (decoded.ok) return decoded.value;
  const [flaw] = decoded.flaws;
  throw new ResumarkError('RESULT_FILE', `${file} is damaged: ${flaw?.path.join('.') ?? ''} ${oneSentence(flaw?.message)}`);
};

const formatOf = (content: unknown): unknown =>
  typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined;

/** The messages of some checks end in a full stop, those of others do not. */
const oneSentence = (message = ''): string => `${message.replace(/\.$/u, '')}.`;

/** Stands for the newest run of a folder of runs: `latest`, or `results/latest`. */
const LATEST = 'latest';

const newestIn = async (parent: string): Promise<string> => {
  const names = await readdir(parent).catch(() => []);
  // The names begin with the time of the start, in UTC.
  const runs = names.filter((name) => /^\d{8}T\d{6}Z_/u.test(name)).toSorted();
  return join(parent, runs.at(-1) ?? LATEST);
};

const fileAt = async (asked: string, name: string): Promise<string> => {
  const path = basename(asked) === LATEST ? await newestIn(asked === LATEST ? 'results' : dirname(asked)) : asked;
  try {
    return (await stat(path)).isDirectory() ? join(path, name) : path;
  } catch {
    throw new ResumarkError('RESULT_FILE', `there is no run folder ${path}.`, 'Runs are folders under results/.');
  }
};

const readText = async (file: string, name: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ResumarkError('RESULT_FILE', `${file} cannot be read: ${code ?? String(error)}.`, `A run folder holds a ${name}.`);
  }
};

const parseJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ResumarkError('RESULT_FILE', `${file} is not JSON.`);
  }
};
