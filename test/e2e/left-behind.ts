import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/**
 * The files in a folder, and the processes of servers that ran in it. Some programs overwrite their environment, others their command
 * line; none leaves its folder.
 */
export const leftBehind = async (folder: string): Promise<string[]> => {
  const isOurs = (pid: string): boolean =>
    [linkOf(`/proc/${pid}/cwd`), read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`)].some((text) =>
      text.includes(folder),
    );
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/u.test(pid) && Number(pid) !== process.pid && isOurs(pid));
  return [
    ...(await readdir(folder)),
    ...processes.map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
  ];
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};
