import { readFile } from 'node:fs/promises';

/** A server logs a connection when it is closed, a moment after the client saw it closed: its log is read when it has come to rest. */
export const readAtRest = async (path: string): Promise<string> => {
  let text = await readFile(path, 'utf8');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const later = await readFile(path, 'utf8');
    if (later === text) return text;
    text = later;
  }
};
