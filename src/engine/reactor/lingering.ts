import type { Sockets } from './sockets.ts';

/** Connections that are over for us but stay open a while (see `LINGER_MS`), in the order in which they end. */
export class Lingering {
  readonly #sockets: Pick<Sockets, 'close' | 'silence'>;
  readonly #lingerNs: number;
  #fds = new Int32Array(1024);
  #untilNs = new Float64Array(1024);
  #first = 0;
  #count = 0;

  constructor(lingerMs: number, sockets: Pick<Sockets, 'close' | 'silence'>) {
    this.#lingerNs = lingerMs * 1e6;
    this.#sockets = sockets;
  }

  get count(): number {
    return this.#count;
  }

  add(fd: number, nowNs: number): void {
    this.#sockets.silence(fd);
    if (this.#count === this.#fds.length) this.#grow();
    const at = (this.#first + this.#count) % this.#fds.length;
    this.#fds[at] = fd;
    this.#untilNs[at] = nowNs + this.#lingerNs;
    this.#count += 1;
  }

  /** Closes those whose time has come. */
  expire(nowNs: number): void {
    while (this.#count > 0 && (this.#untilNs[this.#first] ?? 0) <= nowNs) {
      this.#sockets.close(this.#fds[this.#first] ?? -1);
      this.#first = (this.#first + 1) % this.#fds.length;
      this.#count -= 1;
    }
  }

  closeAll(): void {
    this.expire(Number.POSITIVE_INFINITY);
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
