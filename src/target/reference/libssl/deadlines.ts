/** Descriptors of connections that are held, in the order of when they fall due: a binary heap. */
export class Deadlines {
  readonly #dueNs: number[] = [];
  readonly #fds: number[] = [];

  /** When the first falls due; Infinity when none is held. */
  get nextNs(): number {
    return this.#dueNs[0] ?? Number.POSITIVE_INFINITY;
  }

  add(fd: number, dueNs: number): void {
    let at = this.#dueNs.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#due(parent) <= dueNs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, fd, dueNs);
  }

  /** Takes the first out. @returns its descriptor; `undefined` when it is not due by now, or none is held. */
  takeDue(nowNs: number): number | undefined {
    if (this.nextNs > nowNs) return undefined;
    const first = this.#fds[0];
    const dueNs = this.#dueNs.pop();
    const fd = this.#fds.pop();
    if (dueNs !== undefined && fd !== undefined && this.#dueNs.length > 0) this.#sink(fd, dueNs);
    return first;
  }

  /** Finds the place, from the root down, for what was last. */
  #sink(fd: number, dueNs: number): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#due(left + 1) < this.#due(left) ? left + 1 : left;
      if (this.#due(child) >= dueNs) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, fd, dueNs);
  }

  #due(at: number): number {
    return this.#dueNs[at] ?? Number.POSITIVE_INFINITY;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#fds[from] ?? 0, this.#due(from));
  }

  #put(at: number, fd: number, dueNs: number): void {
    this.#dueNs[at] = dueNs;
    this.#fds[at] = fd;
  }
}
