import type { WindowPosition } from '../run/progress/event.ts';

/**
 * Estimates the time left of a run. A window that ends at a time takes its planned length, plus the
 * average overhead of a block so far (priming, ageing, starting). Where windows end by a number of
 * handshakes, all blocks are assumed to last equally long.
 */
export class Remaining {
  readonly #startMs: number;
  #blockMs: number;
  #extraMs = 0;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
    this.#blockMs = nowMs;
  }

  begin(nowMs: number): void {
    this.#blockMs = nowMs;
  }

  end({ plannedMs }: WindowPosition, nowMs: number): void {
    if (plannedMs !== undefined) this.#extraMs += Math.max(0, nowMs - this.#blockMs - plannedMs);
  }

  /**
   * @param open the time that the current window has taken, and the least that it needs for starts
   *   that are late; 0 before it.
   * @returns `undefined` when no estimate is possible yet.
   */
  leftMs(at: WindowPosition, open: { readonly doneMs: number; readonly behindMs: number }, nowMs: number): number | undefined {
    const { index, windows, plannedMs, laterMs } = at;
    if (plannedMs !== undefined && laterMs !== undefined) {
      const extraMs = index === 0 ? 0 : (this.#extraMs / index) * (windows - index - 1);
      return Math.max(0, plannedMs - open.doneMs, open.behindMs) + laterMs + extraMs;
    }
    return index === 0 ? undefined : ((nowMs - this.#startMs) / index) * (windows - index);
  }
}
