import { sumOf } from '../../stats/descriptive.ts';
import { binomialCdf } from '../../stats/proportion.ts';
import type { Interval } from './intervals.ts';

/** With fewer attempts the share of an interval says little: it is joined with the next one. */
export const LEAST_ATTEMPTS = 20;

/** By so much at least a share has to be lower to count as fallen: 5 percentage points. */
const MARGIN = 0.05;

/** The risk of calling a share fallen that is not. */
const ALPHA = 0.01;

/** The attempts of some intervals, and how many of them were honoured; the others were declined, or failed. */
export interface Attempts {
  readonly attempts: number;
  readonly honoured: number;
}

/** Intervals that follow each other and have enough attempts between them. */
export interface Stretch extends Attempts {
  /** Index of its first interval that has any attempt. */
  readonly from: number;
}

export const attemptsIn = (intervals: readonly Interval[]): Attempts => ({
  attempts: sumOf(intervals, ({ counts }) => counts.handshakes + counts.errors),
  honoured: sumOf(intervals, ({ counts }) => counts.honoured),
});

export const shareOf = ({ attempts, honoured }: Attempts): number => honoured / attempts;

/** Joins intervals until they have enough attempts; what is left over at the end says nothing. */
export const stretchesOf = (intervals: readonly Interval[]): Stretch[] => {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  for (const [index, interval] of intervals.entries()) {
    const { attempts, honoured } = attemptsIn([interval]);
    if (attempts === 0) continue;
    open = {
      from: open?.from ?? index,
      attempts: (open?.attempts ?? 0) + attempts,
      honoured: (open?.honoured ?? 0) + honoured,
    };
    if (open.attempts < LEAST_ATTEMPTS) continue;
    stretches.push(open);
    open = undefined;
  }
  return stretches;
};

/** Tells whether a share has fallen from another by more than chance explains. */
export const isBelow = ({ attempts, honoured }: Attempts, before: number): boolean =>
  honoured / attempts < before - MARGIN && binomialCdf(honoured, attempts, before - MARGIN) < ALPHA;
