import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import type { Readable } from 'node:stream';
import { ResumarkError } from '../../domain/error.ts';
import type { RawSettings } from '../../scenario/decode.ts';
import { parseScenarioText } from './scenario-text.ts';

/** Names standard input instead of a file. */
export const STANDARD_INPUT = '-';

/**
 * Reads a scenario file: YAML, and so JSON too. The path `-` is standard input.
 *
 * @returns the content, with the file's name as the run's name unless it has one.
 * @throws ResumarkError SCENARIO when there is no such file, or it is not YAML.
 */
export const readScenarioFile = async (path: string): Promise<unknown> => {
  const isStandardInput = path === STANDARD_INPUT;
  const file = isStandardInput ? 'standard input' : path;
  const bytes = await readBytes(isStandardInput ? process.stdin : createReadStream(path), file);
  const content = parseScenarioText(decodeText(bytes, file), file);
  return isMapping(content) && !isStandardInput ? { name: nameOf(path), ...content } : content;
};

/** A hundred states fit into it several times; the parser takes seconds for what is much larger. */
const MOST_BYTES = 64 * 1024;

/** Stops at the limit: the size of a pipe or a device is not known before. */
const readBytes = async (stream: Readable, file: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) throw new ResumarkError('SCENARIO', `${file} is no scenario: it is larger than 64 KiB.`);
    }
  } catch (error) {
    throw error instanceof ResumarkError ? error : unreadable(file, error as NodeJS.ErrnoException);
  }
  return Buffer.concat(chunks);
};

const unreadable = (file: string, { code, message }: NodeJS.ErrnoException): ResumarkError => {
  if (code === 'ENOENT') {
    return new ResumarkError('SCENARIO', `there is no scenario file ${file}.`, 'A target is written as host:port.');
  }
  if (code === 'EISDIR') {
    return new ResumarkError(
      'SCENARIO',
      `${file} is a directory, not a scenario file.`,
      'Name a file in it. A target is written as host:port.',
    );
  }
  return new ResumarkError('SCENARIO', `${file} cannot be read: ${code ?? message}.`);
};

/** Decodes UTF-8 or UTF-16, which YAML 1.2.2 (section 5.2) tells apart by the first two bytes. */
const decodeText = (bytes: Buffer, file: string): string => {
  const [first, second] = bytes;
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new ResumarkError('SCENARIO', `${file} is not text in UTF-8 or UTF-16.`, 'Save it as UTF-8.');
  }
};

const nameOf = (path: string): string =>
  basename(path, extname(path))
    .replace(/[^\w.-]/gu, '-')
    .slice(0, 64);

const isMapping = (value: unknown): value is RawSettings => typeof value === 'object' && value !== null && !Array.isArray(value);
