/**
 * Adds up the CPU time of threads that come and go, so that the sum never goes back.
 *
 * A thread that has ended keeps what it had used when it was last seen. What it used after that is lost: the kernel tells ns only of
 * threads that live.
 */
export class ThreadLedger {
  readonly #lastNs = new Map<string, number>();
  #reusedNs = 0;

  /** Takes a reading of the threads that live now, and gives the sum of all that were ever seen, in ns. */
  add(reading: Iterable<readonly [thread: string, ns: number]>): number {
    for (const [thread, ns] of reading) {
      const last = this.#lastNs.get(thread) ?? 0;
      // A counter that went back belongs to a new thread, to which the kernel gave an ID that had become free.
      if (ns < last) this.#reusedNs += last;
      this.#lastNs.set(thread, ns);
    }
    return this.#lastNs.values().reduce?.((sum, ns) => sum + ns, this.#reusedNs) ?? 0;
  }
}
