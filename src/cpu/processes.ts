import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { parseListeningSockets, parseParentPid, parseSchedstatNs, parseSocketLink } from './procfs.ts';

/**
 * The processes that hold a listening socket on a port of this machine.
 *
 * nginx, HAProxy and others fork after they have opened it, so several processes can hold one socket; all of them count.
 */
export const listenersOf = (address: string, port: number): number[] => {
  const inodes = new Set(listeningInodes(address, port));
  if (inodes.size === 0) return [];
  // An init that holds the socket for a service would count every process of the machine; our own CPU is the client's.
  const others = processes().filter((pid) => pid !== 1 && pid !== process.pid);
  return others.filter((pid) => socketInodes(pid).some((inode) => inodes.has(inode)));
};

/** Returns true when a process exists and is more than a zombie that nobody has waited for. */
export const isAlive = (pid: number): boolean => threadTimesNs(pid).size > 0;

/** The processes with all that descend from them, as they are now. */
export const withDescendants = (pids: readonly number[]): number[] => {
  const children = new Map<number, number[]>();
  for (const pid of processes()) {
    const parent = parseParentPid(readText(`/proc/${String(pid)}/stat`) ?? '');
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = new Set<number>();
  const visit = (pid: number): void => {
    if (found.has(pid)) return;
    found.add(pid);
    children.get(pid)?.forEach(visit);
  };
  pids.forEach(visit);
  return [...found];
};

/**
 * CPU time in ns of every thread of a process, by thread ID. Empty when the process is gone or may not be read.
 *
 * The kernel adds up a running thread's time at each tick (1 to 10 ms): read it when the process is idle, or over a long time.
 */
export const threadTimesNs = (pid: number): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const thread of readFolder(`/proc/${String(pid)}/task`)) {
    const ns = parseSchedstatNs(readText(`/proc/${String(pid)}/task/${thread}/schedstat`) ?? '');
    if (ns !== undefined) times.set(`${String(pid)}/${thread}`, ns);
  }
  return times;
};

/** Sockets that are bound to the address itself or to all of them: another address of the same port can be another server. */
const listeningInodes = (address: string, port: number): string[] =>
  ['tcp', 'tcp6']
    .flatMap((table) => parseListeningSockets(readText(`/proc/net/${table}`) ?? ''))
    .filter((socket) => socket.port === port && acceptsFor(socket.addressHex, address))
    .map((socket) => socket.inode);

const acceptsFor = (boundHex: string, address: string): boolean => {
  if (/^0+$/u.test(boundHex)) return true;
  // IPv6 has many spellings; a port that two servers share on two IPv6 addresses of one machine is too rare to parse them.
  return isIPv4(address) ? boundHex.endsWith(ipv4Hex(address)) : boundHex.length === 32;
};

/** Formats an address as /proc/net/tcp prints it on a little-endian machine, and at the end of an IPv4-mapped address in tcp6. */
const ipv4Hex = (address: string): string =>
  address
    .split('.')
    .toReversed()
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();

const processes = (): number[] =>
  readFolder('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number);

const socketInodes = (pid: number): string[] =>
  readFolder(`/proc/${String(pid)}/fd`).flatMap((fd) => parseSocketLink(readLink(`/proc/${String(pid)}/fd/${fd}`)) ?? []);

/** Reads a file; one that vanishes or is forbidden counts as not there. */
const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const readFolder = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const readLink = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};
