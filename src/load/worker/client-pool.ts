import type { VirtualClient } from './virtual-client.ts';

/**
 * The virtual clients of one stream. They take turns, the longest idle first, so that all sessions are
 * offered alike. When all of them are connected, a copy of one makes the next connection: an open load
 * does not wait for a client.
 */
export class ClientPool {
  /** Those that were primed: each has a session of its own, if any has. */
  readonly clients: readonly VirtualClient[];
  readonly #ring: VirtualClient[];
  readonly #copies: VirtualClient[] = [];
  #first = 0;
  #idle: number;

  constructor(clients: readonly VirtualClient[]) {
    this.clients = clients;
    this.#ring = [...clients];
    this.#idle = clients.length;
  }

  acquire(): VirtualClient {
    if (this.#idle === 0) return this.#copy();
    const client = this.#ring[this.#first];
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#idle -= 1;
    if (client === undefined) throw new RangeError('the ring of idle clients is broken');
    return client;
  }

  release(client: VirtualClient): void {
    if (this.#idle === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#idle) % this.#ring.length] = client;
    this.#idle += 1;
  }

  free(): void {
    for (const client of [...this.clients, ...this.#copies]) client.free();
  }

  #copy(): VirtualClient {
    const client = this.clients[this.#copies.length % this.clients.length];
    if (client === undefined) throw new RangeError('a stream must have at least one client');
    const copy = client.cloneForOverflow();
    this.#copies.push(copy);
    return copy;
  }

  #grow(): void {
    const inOrder = Array.from({ length: this.#idle }, (_, i) => this.#ring[(this.#first + i) % this.#ring.length]);
    this.#first = 0;
    this.#ring.length = 0;
    for (const client of inOrder) if (client !== undefined) this.#ring.push(client);
    // Room for as many again; what stands there is never read before it is written.
    this.#ring.push(...this.#ring);
  }
}
