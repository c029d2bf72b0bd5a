import { CACHE_SIZE } from '../reference/server-messages.ts';

/** Sessions of TLS 1.2 by their ID, encoded as the server's library does it. */
export interface SessionCache {
  /** Settles when the session can be found by every server that shares the cache. */
  store(id: Buffer, session: Buffer): void | Promise<void>;
  find(id: Buffer): Buffer | undefined | Promise<Buffer | undefined>;
}

/** A cache in this process; when it is full the oldest session goes. */
export class SessionMap implements SessionCache {
  readonly #sessions = new Map<string, Buffer>();

  store(id: Buffer, session: Buffer): void {
    const oldest = this.#sessions.size >= CACHE_SIZE ? this.#sessions.keys().next().value : undefined;
    if (oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(id.toString('hex'), session);
  }

  find(id: Buffer): Buffer | undefined {
    return this.#sessions.get(id.toString('hex'));
  }
}
