import type { Sockets } from './sockets.ts';

/** A server that answers our Finished has mostly done so by then. */
const FIRST_LOOK_NS = 1e6;

/** One that does not is looked at no more often than this. */
const LOOK_EVERY_NS = 1e6;

/**
 * Connections that are over for us but stay open a while (see `LINGER_MS` and `ORDERLY_CLOSE_MS`), in the order in which they end. One
 * whose server shows that it has read what we sent last is closed before its time. Few sockets that are used again at once stay in the caches of both
 * sides' CPUs (docs/wire.md says what that saves).
 */
export class Lingering {
  readonly #sockets: Pick<Sockets, 'close'>;
  readonly #isDone: (fd: number) => boolean;
  readonly #lingerNs: number;
  #fds = new Int32Array(1024);
  #untilNs = new Float64Array(1024);
  #first = 0;
  #count = 0;
  #nextLookNs = 0;

  /** @param isDone true when the server has shown it. */
  constructor(lingerMs: number, sockets: Pick<Sockets, 'close'>, isDone: (fd: number) => boolean) {
    this.#lingerNs = lingerMs * 1e6;
    this.#sockets = sockets;
    this.#isDone = isDone;
  }

  get count(): number {
    return this.#count;
  }

  add(fd: number, nowNs: number): void {
    if (this.#count === this.#fds.length) this.#grow();
    const at = (this.#first + this.#count) % this.#fds.length;
    this.#fds[at] = fd;
    this.#untilNs[at] = nowNs + this.#lingerNs;
    this.#count += 1;
  }

  /** Closes those whose time has come or whose server is done. */
  expire(nowNs: number): void {
    while (this.#count > 0 && this.#isOver(this.#first, nowNs)) {
      this.#sockets.close(this.#fds[this.#first] ?? -1);
      this.#first = (this.#first + 1) % this.#fds.length;
      this.#count -= 1;
    }
  }

  closeAll(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  #isOver(at: number, nowNs: number): boolean {
    const restNs = (this.#untilNs[at] ?? 0) - nowNs;
    if (restNs <= 0) return true;
    if (nowNs < this.#nextLookNs || restNs > this.#lingerNs - FIRST_LOOK_NS) return false;
    if (this.#isDone(this.#fds[at] ?? -1)) return true;
    this.#nextLookNs = nowNs + LOOK_EVERY_NS;
    return false;
  }

  #grow(): void {
    const order = Array.from({ length: this.#count }, (_, i) => (this.#first + i) % this.#fds.length);
    const fds = new Int32Array(this.#fds.length * 2);
    const untilNs = new Float64Array(fds.length);
    fds.set(order.map((at) => this.#fds[at] ?? -1));
    untilNs.set(order.map((at) => this.#untilNs[at] ?? 0));
    this.#fds = fds;
    this.#untilNs = untilNs;
    this.#first = 0;
  }
}
