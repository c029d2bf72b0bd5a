import type { Random } from '../../stats/random.ts';
import type { VirtualClient } from './virtual-client.ts';

/**
 * The virtual clients of one stream. They are dealt at random, and all of them once before any comes up again, so that all sessions are
 * offered alike. In a fixed order they would keep step with a load balancer that takes its servers in turn, and each session would always
 * meet the server that issued it, or never. When all of them are connected, a copy of one makes the next connection: an open load does not
 * wait for a client.
 */
export class ClientPool {
  /** Those that were primed: each has a session of its own, if any has. */
  readonly clients: readonly VirtualClient[];
  /** Those still to be dealt, and those to be dealt when all these are. */
  #deck: VirtualClient[];
  #dealt: VirtualClient[] = [];
  readonly #copies: VirtualClient[] = [];

  constructor(clients: readonly VirtualClient[]) {
    this.clients = clients;
    this.#deck = [...clients];
  }

  acquire(random: Random): VirtualClient {
    if (this.#deck.length === 0) this.#turnOver();
    const last = this.#deck.pop();
    if (last === undefined) return this.#copy();
    const at = Math.floor(random() * (this.#deck.length + 1));
    const client = this.#deck[at] ?? last;
    if (client !== last) this.#deck[at] = last;
    return client;
  }

  release(client: VirtualClient): void {
    this.#dealt.push(client);
  }

  free(): void {
    for (const client of [...this.clients, ...this.#copies]) client.free();
  }

  #turnOver(): void {
    const empty = this.#deck;
    this.#deck = this.#dealt;
    this.#dealt = empty;
  }

  #copy(): VirtualClient {
    const client = this.clients[this.#copies.length % this.clients.length];
    if (client === undefined) throw new RangeError('a stream must have at least one client');
    const copy = client.cloneForOverflow();
    this.#copies.push(copy);
    return copy;
  }
}
