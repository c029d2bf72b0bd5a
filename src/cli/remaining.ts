import type { WindowPosition } from '../run/progress/event.ts';

/** The state of the current window. */
export interface OpenWindow {
  /** Time that it has taken; 0 before it. */
  readonly doneMs: number;
  /** The least time that it needs for starts that are late. */
  readonly behindMs: number;
}

/** The time left of a run. */
export interface TimeLeft {
  /** Until the end of its plan. */
  readonly endMs: number;
  /** Until the next interim look, where it may end; `undefined` where there is none. */
  readonly lookMs: number | undefined;
}

/**
 * Estimates the time left of a run. A window that ends at a time takes its planned length, plus the
 * average overhead of a window so far (priming, ageing, starting). One that ends by a number of
 * handshakes takes as long as the measured windows before it; warm-up counts only until there is
 * one.
 */
export class Remaining {
  #windowMs: number;
  #extraMs = 0;
  #warmup = { windows: 0, ms: 0 };
  #measured = { windows: 0, ms: 0 };

  constructor(nowMs: number) {
    this.#windowMs = nowMs;
  }

  begin(nowMs: number): void {
    this.#windowMs = nowMs;
  }

  end({ round, plannedMs }: WindowPosition, nowMs: number): void {
    const ms = nowMs - this.#windowMs;
    const { windows, ms: total } = round < 0 ? this.#warmup : this.#measured;
    const grown = { windows: windows + 1, ms: total + ms };
    if (round < 0) this.#warmup = grown;
    else this.#measured = grown;
    if (plannedMs !== undefined) this.#extraMs += Math.max(0, ms - plannedMs);
  }

  /** @returns `undefined` when no estimate is possible yet. */
  left(at: WindowPosition, open: OpenWindow, nowMs: number): TimeLeft | undefined {
    const { windows, index, toLook } = at;
    const endMs = this.#leftMs(at, { ...open, count: windows - index }, nowMs);
    if (endMs === undefined) return undefined;
    return { endMs, lookMs: toLook === undefined ? undefined : (endMs * toLook) / (windows - index) };
  }

  #leftMs(
    { index, plannedMs, laterMs }: WindowPosition,
    { doneMs, behindMs, count }: OpenWindow & { readonly count: number },
    nowMs: number,
  ): number | undefined {
    if (plannedMs !== undefined && laterMs !== undefined) {
      const extraMs = index === 0 ? 0 : (this.#extraMs / index) * (count - 1);
      return Math.max(0, plannedMs - doneMs, behindMs) + laterMs + extraMs;
    }
    const { windows, ms } = this.#measured.windows > 0 ? this.#measured : this.#warmup;
    if (windows === 0) return undefined;
    const mean = ms / windows;
    return mean * count - Math.min(mean, nowMs - this.#windowMs);
  }
}
