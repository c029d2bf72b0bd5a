import type { WindowPosition } from '../run/progress/event.ts';

/**
 * How long a run still takes. A window whose end is a time takes what was planned, and what comes with each block on top (priming,
 * ageing, starting) as much as it took on average so far. Where windows end by a number of handshakes, blocks are taken to last alike.
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
   * @param open what the window has behind it, and what it needs at least for starts that are behind; 0 before it.
   * @returns `undefined` when nothing can be said yet.
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
