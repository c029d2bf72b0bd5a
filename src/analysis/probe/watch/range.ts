import type { Bracket } from '../../../domain/watch-report.ts';
import { finiteOrNull } from '../../../stats/descriptive.ts';
import type { Span } from './log.ts';

/** Bounds of a time in ms; the upper one is infinite where there is none. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Encloses a limit by times at which it was certainly not reached, and others at which it certainly was. Of the latter those below the
 * former had another cause, as a ticket that was bad from the beginning.
 */
export const limitBetween = (notReached: readonly number[], reached: readonly number[]): Range => {
  const low = Math.max(0, ...notReached);
  return { low, high: Math.min(Number.POSITIVE_INFINITY, ...reached.filter((ms) => ms > low)) };
};

/** Time that passed between two things that each happened at some moment of its span. */
export const elapsed = (earlier: Span, later: Span): Range => ({
  low: Math.max(0, later.fromMs - earlier.toMs),
  high: Math.max(0, later.toMs - earlier.fromMs),
});

export const bracketOf = ({ low, high }: Range): Bracket => ({ lowMs: low, highMs: finiteOrNull(high) });
