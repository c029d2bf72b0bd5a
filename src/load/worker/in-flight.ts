/**
 * The slots that connections take in a window, and how long they were taken: the time that the slots existed for, and not only the time
 * that the connections account for by their own clocks (Little's law compares the two).
 */
export class InFlight {
  readonly #free: number[] = [];
  readonly #firstNs: (number | undefined)[] = [];
  readonly #lastNs: number[] = [];
  /** Of slots that were retired. */
  #existedNs = 0;
  #inFlight = 0;
  #areaNs = 0;
  #sinceNs = 0;

  get count(): number {
    return this.#inFlight;
  }

  acquire(nowNs: number): number {
    this.#integrate(nowNs);
    this.#inFlight += 1;
    const slot = this.#free.pop() ?? this.#firstNs.length;
    this.#firstNs[slot] ??= nowNs;
    return slot;
  }

  release(slot: number, nowNs: number): void {
    this.#integrate(nowNs);
    this.#inFlight -= 1;
    this.#free.push(slot);
    this.#lastNs[slot] = nowNs;
  }

  /** Frees a slot that is idle on purpose: until its next use it does not exist. */
  retire(slot: number, nowNs: number): void {
    this.release(slot, nowNs);
    this.#existedNs += nowNs - (this.#firstNs[slot] ?? nowNs);
    this.#firstNs[slot] = undefined;
  }

  /** The most slots that were taken at once. */
  get most(): number {
    return this.#firstNs.length;
  }

  /** The time at which the last connection ended. */
  get lastEndNs(): number {
    return this.#lastNs.reduce((latest, ns) => Math.max(latest, ns), 0);
  }

  /** From each slot's first use to its last: in closed load it is never idle in between, or the generator was too slow. */
  get existedNs(): number {
    return this.#lastNs.reduce((sum, ns, slot) => sum + ns - (this.#firstNs[slot] ?? ns), this.#existedNs);
  }

  /** Number in flight integrated over time. */
  get takenNs(): number {
    return this.#areaNs;
  }

  #integrate(nowNs: number): void {
    this.#areaNs += this.#inFlight * (nowNs - this.#sinceNs);
    this.#sinceNs = nowNs;
  }
}
