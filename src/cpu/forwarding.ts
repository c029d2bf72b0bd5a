import { socketInodes } from './listeners.ts';
import { parseConnections } from './procfs.ts';
import { readText } from './read-proc.ts';
import { endpointText } from './socket-address.ts';

/** Accepted connections that are enough to judge by. */
const ENOUGH = 8;

/** Reading the table of connections takes the kernel some 10 ms: a server that is idle so often is left alone. */
const MOST_LOOKS = 32;

/** Of the accepted connections, those that may lack one onwards: it has not been opened yet, or has ended already. */
const MOST_WITHOUT = 0.3;

/** In the order of their counts; a longer list tells no more. */
const MOST_PEERS = 4;

/**
 * Watches for a server that opens a connection to another for each one that it accepts, as a balancer, a tunnel or a container's port
 * does: the TLS work may then be done elsewhere.
 */
export class ForwardWatch {
  readonly #port: number;
  /** Sockets from before the load, such as a pool of connections to a database. */
  readonly #old = new Set<string>();
  readonly #accepted = new Set<string>();
  /** Where each connection onwards goes. */
  readonly #onwards = new Map<string, string>();
  #looks = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Notes what is there before the first load. */
  prepare(pids: readonly number[]): void {
    if (this.#looks === 0) for (const inode of pids.flatMap(socketInodes)) this.#old.add(inode);
  }

  look(pids: readonly number[]): void {
    if (this.#accepted.size >= ENOUGH || this.#looks >= MOST_LOOKS) return;
    this.#looks++;
    const own = new Set(pids.flatMap(socketInodes));
    for (const { inode, local, remote } of establishedConnections()) {
      if (!own.has(inode) || this.#old.has(inode)) continue;
      if (local.port === this.#port) this.#accepted.add(inode);
      else if (remote.port !== this.#port) this.#onwards.set(inode, endpointText(remote.hex, remote.port));
    }
  }

  /** Where the server forwards to; empty where it does not seem to. */
  get peers(): string[] {
    const isForwarding = this.#accepted.size >= ENOUGH && this.#onwards.size >= this.#accepted.size * (1 - MOST_WITHOUT);
    if (!isForwarding) return [];
    const counts = new Map<string, number>();
    for (const peer of this.#onwards.values()) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    return [...counts.keys()].toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, MOST_PEERS);
  }
}

const establishedConnections = () => ['tcp', 'tcp6'].flatMap((table) => parseConnections(readText(`/proc/net/${table}`) ?? ''));
