/**
 * Tells a thread's CPU time apart by what it works on. The clock is read only when the work goes over to another part, and the time until
 * then belongs to the part before: waiting for events and the loop itself are shared out the way the work is.
 */
export class CpuSplit {
  readonly #readNs: () => number | undefined;
  readonly #partNs: number[];
  #current = 0;
  #sinceNs: number | undefined;

  constructor(parts: number, readNs: () => number | undefined) {
    this.#readNs = readNs;
    this.#partNs = Array.from({ length: parts }, () => 0);
  }

  start(): void {
    this.#sinceNs = this.#readNs();
  }

  turnTo(part: number): void {
    if (part === this.#current) return;
    this.#charge();
    this.#current = part;
  }

  /** Ends the measurement. @returns ns per part, `undefined` where the thread's clock cannot be read. */
  end(): readonly number[] | undefined {
    this.#charge();
    return this.#sinceNs === undefined ? undefined : this.#partNs;
  }

  #charge(): void {
    const nowNs = this.#readNs();
    if (nowNs !== undefined && this.#sinceNs !== undefined) {
      this.#partNs[this.#current] = (this.#partNs[this.#current] ?? 0) + nowNs - this.#sinceNs;
    }
    this.#sinceNs = nowNs;
  }
}
