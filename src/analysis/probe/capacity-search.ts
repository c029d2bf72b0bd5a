/** The next step of a search: make a session, offer the one with that index, or end. */
export type CapacityStep =
  { readonly kind: 'make' } | { readonly kind: 'offer'; readonly index: number } | { readonly kind: 'done' };

const DONE: CapacityStep = { kind: 'done' };

/** Sessions after which the oldest is offered for the first time: a small cache is found with few connections. */
const FIRST_CHECK = 32;

/** Sessions that are kept to be offered. Of more every second one is left out, which leaves a precision of a thousandth. */
const MOST_KEPT = 4096;

/** Sessions that are made after the first one was declined, so that one of each age is there where those of its age are used up. */
const MOST_EXTRA = 64;

/** Places, as multiples of the capacity that was found, that are looked at once more. */
const CHECKED_PLACES = [0.5, 0.75, 1.25, 1.5] as const;

/** Connections that a search may make beyond its limit: offers, those in place of sessions that were used up, and a few to be precise. */
export const MOST_BEYOND_LIMIT = 120;

interface Kept {
  readonly index: number;
  /** Sessions that the cache had taken in when this one was made. */
  readonly position: number;
  /** Sessions that may have become newer since by being used, or that may have replaced one that was used. */
  readonly doubtful: number;
}

/**
 * Searches the number of sessions after which a cache drops the oldest. Sessions are made until the oldest is gone, with a look at twice as
 * many each time; then the boundary is halved. Each session is offered once: whether that uses it up or makes it the newest distorts nothing,
 * as that is counted as possible. One that is declined makes a new session, and so all others older by one.
 */
export class CapacitySearch {
  readonly #limit: number;
  #kept: Kept[] = [];
  /** One of so many sessions is kept. */
  #stride = 1;
  #extra = 0;
  /** Sessions that the last handshake gave. */
  #perHandshake = 1;
  #inserted = 0;
  #doubtful = 0;
  #nextCheck: number;
  #isBisecting = false;
  #toCheck: readonly number[] = CHECKED_PLACES;
  #isExhausted = false;
  least = 0;
  most = Number.POSITIVE_INFINITY;
  isSharp = true;
  made = 0;
  offered = 0;

  /** @param limit most sessions that are made. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#nextCheck = Math.min(FIRST_CHECK, limit);
  }

  /**
   * Notes a session that was made, with all that the cache took in for it.
   *
   * @returns indexes of sessions that need not be kept any longer.
   */
  noteMade(taken: number): readonly number[] {
    this.#inserted += taken;
    this.#perHandshake = taken;
    if (this.#isBisecting) this.#extra += 1;
    this.#kept.push({ index: this.made, position: this.#inserted, doubtful: 0 });
    this.made += 1;
    if (this.#kept.length > MOST_KEPT) this.#stride *= 2;
    const dropped = this.#kept.filter(({ index }) => index % this.#stride > 0);
    if (dropped.length > 0) this.#kept = this.#kept.filter(({ index }) => index % this.#stride === 0);
    return dropped.map(({ index }) => index);
  }

  get next(): CapacityStep {
    if (this.#isExhausted) return DONE;
    if (this.#isBisecting) return this.#nextOfBisection();
    const [oldest] = this.#kept;
    // The oldest were offered and are gone.
    if (this.made - this.offered < this.#nextCheck) return { kind: 'make' };
    return oldest === undefined ? DONE : { kind: 'offer', index: oldest.index };
  }

  /** The session that halves what is open; where nothing is, one at each of some places that tell whether that is right. */
  #nextOfBisection(): CapacityStep {
    const open = this.#closest(
      this.#kept.filter((kept) => this.#isOpen(kept)),
      (this.least + this.most) / 2,
    );
    if (open === undefined && this.#isWorthMaking) return { kind: 'make' };
    const [place] = this.#toCheck;
    const chosen = open ?? (place === undefined ? undefined : this.#closest(this.#kept, place * this.most));
    return chosen === undefined ? DONE : { kind: 'offer', index: chosen.index };
  }

  /** One more session makes all others older, so that one of them comes between the bounds. */
  get #isWorthMaking(): boolean {
    const closest = this.#stride * this.#perHandshake + this.#doubtful - 1;
    return this.most - this.least > closest && this.#extra < MOST_EXTRA && this.made < this.#limit;
  }

  #isOpen(kept: Kept): boolean {
    const { low, high } = this.#newer(kept);
    return low >= this.least && high < this.most;
  }

  #closest(kept: readonly Kept[], newer: number): Kept | undefined {
    const distance = (one: Kept): number => Math.abs(this.#newer(one).low - newer);
    return kept.reduce<Kept | undefined>(
      (best, one) => (best === undefined || distance(one) < distance(best) ? one : best),
      undefined,
    );
  }

  /** Sessions that the cache took in after that one. */
  #newer({ position, doubtful }: Kept): { readonly low: number; readonly high: number } {
    const low = this.#inserted - position;
    return { low, high: low + doubtful };
  }

  /** Notes the outcome of an offer, with the sessions that the server gave then. */
  noteOffered(index: number, honoured: boolean, given: number): void {
    const kept = this.#kept.find((one) => one.index === index);
    if (kept === undefined) return;
    const newer = this.#newer(kept);
    if (!this.#isOpen(kept)) this.#toCheck = this.#toCheck.slice(1);
    this.#kept = this.#kept.filter((one) => one !== kept);
    this.offered += 1;
    if (honoured) this.#noteHonoured(kept, newer.low + 1, given);
    else this.#noteDeclined(newer.high, given);
  }

  /** Leaves out a session whose offer failed. */
  forget(index: number): void {
    this.#kept = this.#kept.filter((one) => one.index !== index);
  }

  /** A session that was honoured may have become the newest, and so all that are younger older by one; or a new one stands for it. */
  #noteHonoured({ position }: Kept, capacity: number, given: number): void {
    this.#doubtful += Math.max(1, given);
    this.#kept = this.#kept.map((one) =>
      given > 0 || one.position > position ? { ...one, doubtful: one.doubtful + Math.max(1, given) } : one,
    );
    this.#isExhausted = !this.#isBisecting && this.#nextCheck >= this.#limit;
    this.#nextCheck = Math.min(2 * this.#nextCheck, this.#limit);
    this.isSharp &&= capacity <= this.most;
    if (capacity > this.most) this.most = capacity;
    else this.least = Math.max(this.least, capacity);
  }

  #noteDeclined(capacity: number, given: number): void {
    this.#inserted += given;
    this.#isBisecting = true;
    this.isSharp &&= capacity >= this.least;
    if (capacity < this.least) this.least = capacity;
    else this.most = Math.min(this.most, capacity);
  }
}
