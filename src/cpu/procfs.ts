/** Parsers of what Linux shows under /proc: text in, values out. */

/** A socket that listens, as a line of /proc/net/tcp or tcp6 shows it. */
export interface ListeningSocket {
  /** Hexadecimal, as the kernel prints it: words in host order. */
  readonly addressHex: string;
  readonly port: number;
  readonly inode: string;
}

/** The state TCP_LISTEN in the kernel's numbering. */
const LISTEN = '0A';

export const parseListeningSockets = (table: string): ListeningSocket[] =>
  table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/u);
      const [addressHex = '', portHex = ''] = local.split(':');
      return state === LISTEN ? [{ addressHex, port: Number.parseInt(portHex, 16), inode }] : [];
    });

/** CPU time in ns: the first field of a thread's schedstat. `undefined` when the text is not one. */
export const parseSchedstatNs = (text: string): number | undefined => {
  const [first = ''] = text.split(' ');
  return /^\d+$/u.test(first) ? Number(first) : undefined;
};

/** The parent of a process, from its stat line: the name in parentheses may hold anything, so fields count from the last one. */
export const parseParentPid = (stat: string): number | undefined => {
  const [, parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /^\d+$/u.test(parent) ? Number(parent) : undefined;
};

/** The inode that a link such as `socket:[12345]` names, or `undefined` for any other descriptor. */
export const parseSocketLink = (link: string): string | undefined => /^socket:\[(\d+)\]$/u.exec(link)?.[1];

/** CPU time of all cores since the machine began, in the kernel's ticks. */
export interface CpuTicks {
  readonly all: number;
  readonly idle: number;
  /** Taken by the host for other guests while this machine wanted to run. */
  readonly stolen: number;
}

/** The first line of /proc/stat. `undefined` when the text is not one. */
export const parseCpuTicks = (stat: string): CpuTicks | undefined => {
  const [, fields = ''] = /^cpu +([\d ]+)$/mu.exec(stat) ?? [];
  // Guest time, after the eighth, is part of user time already.
  const ticks = fields.split(' ').slice(0, 8).map(Number);
  const [, , , idle, ioWait, , , stolen] = ticks;
  if (idle === undefined || ioWait === undefined || stolen === undefined) return undefined;
  return { all: ticks.reduce((a, b) => a + b, 0), idle: idle + ioWait, stolen };
};

/** Connections in TIME_WAIT, from /proc/net/sockstat. */
export const parseTimeWait = (sockstat: string): number | undefined => {
  const [, count] = /^TCP: .*\btw (\d+)/mu.exec(sockstat) ?? [];
  return count === undefined ? undefined : Number(count);
};
