/** Serial numbers of tickets, and which of them have been used: one bit each. */
export class UsedTickets {
  #given = 0;
  #bits = new Uint8Array(1024);

  /** @returns the number of a new ticket. */
  next(): number {
    this.#given += 1;
    return this.#given;
  }

  /** Uses a ticket. @returns false when it had been used before, or never given. */
  use(serial: number): boolean {
    if (serial <= 0 || serial > this.#given) return false;
    const at = serial >> 3;
    if (at >= this.#bits.length) this.#grow(at);
    const bit = 1 << (serial & 7);
    const before = this.#bits[at] ?? 0;
    this.#bits[at] = before | bit;
    return (before & bit) === 0;
  }

  #grow(at: number): void {
    const larger = new Uint8Array(2 * at);
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
