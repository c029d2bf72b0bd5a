/** Parsers of what Linux shows under /proc: text in, values out. */

/** A socket that listens, as a line of /proc/net/tcp or tcp6 shows it. */
export interface ListeningSocket {
  /** Hexadecimal, as the kernel prints it: words in host order. */
  readonly addressHex: string;
  readonly port: number;
  readonly inode: string;
}

/** The states TCP_LISTEN and TCP_ESTABLISHED in the kernel's numbering. */
const LISTEN = '0A';
const ESTABLISHED = '01';

export const parseListeningSockets = (table: string): ListeningSocket[] =>
  rowsIn(LISTEN, table).map(({ local, inode }) => ({ addressHex: local.hex, port: local.port, inode }));

/** Tells whether a table has rows behind those of the sockets that listen, which the kernel lists first (tcp_seq_start in net/ipv4/tcp_ipv4.c). */
export const isBeyondListening = (table: string): boolean => /^ *\d+: \S+ \S+ (?!0A)\w\w /mu.test(table);

/** One end of a connection: the address in hexadecimal as the kernel prints it. */
interface SocketEnd {
  readonly hex: string;
  readonly port: number;
}

/** An established connection of /proc/net/tcp or tcp6. */
export interface Connection {
  readonly local: SocketEnd;
  readonly remote: SocketEnd;
  readonly inode: string;
}

export const parseConnections = (table: string): Connection[] => rowsIn(ESTABLISHED, table);

/** Rows in one state. Most rows of a machine under load are in another, TIME_WAIT: these are passed over. */
const rowsIn = (state: string, table: string): Connection[] => {
  const row = new RegExp(String.raw`^ *\d+: (\w+):(\w+) (\w+):(\w+) ${state} (?:\S+ +){5}(\d+)`, 'gmu');
  return [...table.matchAll(row)].map(([, localHex = '', localPort = '', remoteHex = '', remotePort = '', inode = '']) => ({
    local: { hex: localHex, port: Number.parseInt(localPort, 16) },
    remote: { hex: remoteHex, port: Number.parseInt(remotePort, 16) },
    inode,
  }));
};

/** CPU time in ns: the first field of a thread's schedstat. `undefined` when the text is not one. */
export const parseSchedstatNs = (text: string): number | undefined => {
  const [first = ''] = text.split(' ');
  return /^\d+$/u.test(first) ? Number(first) : undefined;
};

/** A process as its stat line shows it. */
export interface ProcessStat {
  readonly parent: number;
  /** Clock ticks from the machine's start until its own: tells it from a later process with the same ID. */
  readonly startTicks: string;
  /** CPU time of all its threads, those that have ended too, in clock ticks. */
  readonly ownTicks: number;
  /** CPU time of its children that it has waited for, and of theirs, in clock ticks. */
  readonly waitedTicks: number;
}

/** A process's stat line: the name in parentheses may hold anything, so fields count from the last one. */
export const parseStat = (stat: string): ProcessStat | undefined => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, parent = ''] = fields;
  const [userTicks, systemTicks, childUserTicks, childSystemTicks] = fields.slice(11, 15).map(Number);
  if (!/^\d+$/u.test(parent) || userTicks === undefined || systemTicks === undefined) return undefined;
  return {
    parent: Number(parent),
    startTicks: fields[19] ?? '',
    ownTicks: userTicks + systemTicks,
    waitedTicks: (childUserTicks ?? 0) + (childSystemTicks ?? 0),
  };
};

/** SIGCHLD is signal 17, so bit 16. */
const SIGCHLD_BIT = 1n << 16n;

/** Tells whether a process ignores SIGCHLD, from its status: the kernel then drops its children when they end. */
export const parseIgnoresChildren = (status: string): boolean => {
  const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/mu.exec(status) ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) & SIGCHLD_BIT) !== 0n;
};

/**
 * Tells whether the sockets that a process was started with are meant for it: sd_listen_fds(3) has its ID in the environment,
 * which its children inherit. The ID is that of its own PID namespace, the last one in its status.
 */
export const isAddressedTo = (environ: string, status: string): boolean => {
  const [, addressee] = /(?:^|\0)LISTEN_PID=(\d+)(?:\0|$)/u.exec(environ) ?? [];
  const [, pid] = /^NSpid:.*\t(\d+)$/mu.exec(status) ?? [];
  return addressee !== undefined && addressee === pid;
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
