import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isIPv4 } from 'node:net';
import type { CpuAbsence } from '../domain/server-cpu.ts';
import { isAddressedTo, isBeyondListening, parseListeningSockets, parseSocketLink, parseStat } from './procfs.ts';
import { readFolder, readLink, readText, readUntil } from './read-proc.ts';
import { kernelHex, plainAddress } from './socket-address.ts';

/** The processes of a server, or the reason why they are not known. */
export type ServerProcesses =
  { readonly state: 'found'; readonly pids: readonly number[] } | { readonly state: 'absent'; readonly reason: CpuAbsence };

/** Looks for the processes of a server. */
export interface ServerSearch {
  find(): ServerProcesses;
  /** Finds only those that have been started since {@link find}, which is quicker. */
  findNew(): readonly number[];
}

/**
 * Finds the processes that hold a listening socket on a port of this machine.
 *
 * nginx, HAProxy and others fork after they have opened it, so several processes can hold one socket; all of them count.
 */
export class ListenerSearch implements ServerSearch {
  readonly #address: string;
  readonly #port: number;
  #searched: ReadonlySet<number> = new Set();

  constructor(address: string, port: number) {
    this.#address = plainAddress(address);
    this.#port = port;
  }

  find(): ServerProcesses {
    if (!isLocal(this.#address)) return absent('other-machine');
    if (!existsSync('/proc/net/tcp')) return absent('no-proc');
    const inodes = listeningInodes(this.#address, this.#port);
    if (inodes.size === 0) return absent('no-listener');
    const all = allProcesses();
    this.#searched = new Set(all);
    const holders = holdersOf(inodes, all);
    if (holders.length === 0) return absent('unreadable');
    const others = holders.filter((pid) => pid !== process.pid);
    if (others.length === 0) return absent('own-process');
    const managers = managersOf(others);
    const pids = others.filter((pid) => !managers.has(pid));
    return pids.length === 0 ? absent('held-by-parent') : { state: 'found', pids };
  }

  findNew(): readonly number[] {
    const inodes = listeningInodes(this.#address, this.#port);
    return holdersOf(
      inodes,
      allProcesses().filter((pid) => !this.#searched.has(pid)),
    );
  }
}

/** The search for a server whose process is known. */
export const knownProcess = (pid: number): ServerSearch => ({
  find: () => ({ state: 'found', pids: [pid] }),
  findNew: () => [],
});

const holdersOf = (inodes: ReadonlySet<string>, pids: readonly number[]): number[] =>
  pids.filter((pid) => socketInodes(pid).some((inode) => inodes.has(inode)));

/**
 * The processes that opened a server's socket for it (systemd's socket activation) and keep it open: they serve nobody, and
 * have other services among their descendants, or us.
 */
const managersOf = (holders: readonly number[]): ReadonlySet<number> =>
  new Set([process.pid, ...holders.filter(isHandedItsSocket)].flatMap(ancestorsOf));

const isHandedItsSocket = (pid: number): boolean => {
  const folder = `/proc/${String(pid)}`;
  return isAddressedTo(readText(`${folder}/environ`) ?? '', readText(`${folder}/status`) ?? '');
};

/** The inodes of a process's sockets. Empty when the process is gone or may not be read. */
export const socketInodes = (pid: number): string[] =>
  readFolder(`/proc/${String(pid)}/fd`).flatMap((fd) => parseSocketLink(readLink(`/proc/${String(pid)}/fd/${fd}`)) ?? []);

export const allProcesses = (): number[] =>
  readFolder('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number);

const absent = (reason: CpuAbsence): ServerProcesses => ({ state: 'absent', reason });

const isLocal = (address: string): boolean =>
  address.startsWith('127.') ||
  Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));

/**
 * The sockets that take the connections to an address: those bound to it before those bound to all addresses, and of these IPv4 before
 * IPv6, as the kernel chooses them. Another address of the same port can be another server.
 */
const listeningInodes = (address: string, port: number): ReadonlySet<string> => {
  const sockets = ['tcp', 'tcp6']
    .flatMap((table) => parseListeningSockets(readUntil(`/proc/net/${table}`, isBeyondListening) ?? ''))
    .filter((socket) => socket.port === port);
  const choices = isIPv4(address)
    ? [
        [kernelHex(address), kernelHex(`::ffff:${address}`)],
        [kernelHex('0.0.0.0')],
        [kernelHex('::'), kernelHex('::ffff:0.0.0.0')],
      ]
    : [[kernelHex(address)], [kernelHex('::')]];
  const taken = choices.map((bound) => sockets.filter(({ addressHex }) => bound.includes(addressHex)));
  return new Set(taken.find((found) => found.length > 0)?.map(({ inode }) => inode));
};

const ancestorsOf = (pid: number): readonly number[] => {
  const ancestors = new Set<number>();
  for (let at = parentOf(pid); at > 0 && !ancestors.has(at); at = parentOf(at)) ancestors.add(at);
  return [...ancestors];
};

/** 0 where there is none, or none in this PID namespace. */
const parentOf = (pid: number): number => parseStat(readText(`/proc/${String(pid)}/stat`) ?? '')?.parent ?? 0;
