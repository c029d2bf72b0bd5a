import type { WaySettings } from '../../scenario/way-schema.ts';
import type { Random } from '../../stats/random.ts';

/** The packets, or pieces of a stream, that are on their way. */
export class DelayLine<Item> {
  readonly #settings: WaySettings;
  readonly #random: Random;
  #held: { readonly dueMs: number; readonly item: Item }[] = [];
  #lastDueMs = 0;

  constructor(settings: WaySettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** @returns false when the item is lost. */
  add(item: Item, nowMs: number): boolean {
    const { rttMs, jitterMs, loss } = this.#settings;
    if (loss > 0 && this.#random() < loss) return false;
    const jitter = jitterMs === 0 ? 0 : (2 * this.#random() - 1) * jitterMs;
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + Math.max(0, rttMs / 2 + jitter));
    this.#held.push({ dueMs: this.#lastDueMs, item });
    return true;
  }

  /** Time of the next arrival; infinity when nothing is on its way. */
  get nextDueMs(): number {
    return this.#held[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes what has arrived, in order. */
  takeDue(nowMs: number): Item[] {
    const later = this.#held.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = later === -1 ? this.#held : this.#held.slice(0, later);
    this.#held = later === -1 ? [] : this.#held.slice(later);
    return due.map(({ item }) => item);
  }
}
