import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';

/** Reads a file of /proc or /sys; one that vanishes or is forbidden counts as not there. */
export const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const CHUNK_BYTES = 16_384;

/** Reads a file of /proc until what has been read is enough: the kernel makes its text as it is read, and the rest may be long. */
export const readUntil = (path: string, isEnough: (text: string) => boolean): string | undefined => {
  try {
    const file = openSync(path, 'r');
    try {
      return textUntil(file, isEnough);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
};

const textUntil = (file: number, isEnough: (text: string) => boolean): string => {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let text = '';
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    text += chunk.toString('latin1', 0, size);
    if (isEnough(text)) return text;
  }
  return text;
};

export const readFolder = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

export const readLink = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};
