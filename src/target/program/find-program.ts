import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Debian installs servers where a user's PATH does not look. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/** Finds a program by its path, or by its name on PATH and where servers are installed; `undefined` when it is missing. */
export const findProgram = (name: string): string | undefined => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SERVER_FOLDERS];
  const places = name.includes('/') ? [resolve(name)] : folders.map((folder) => join(folder, name));
  return places.find((place) => existsSync(place));
};
