import { hodgesLehmann, type Interval } from './hodges-lehmann.ts';
import { signedRankPAbove } from './wilcoxon.ts';

/** Result of paired measurements of a change in one metric. */
export type Verdict = 'improved' | 'regressed' | 'equivalent' | 'inconclusive';

export interface PairedTest {
  /** ln(after / before) per pair. */
  readonly logRatios: readonly number[];
  /** Level of each one-sided bound. */
  readonly alpha: number;
  /** Smallest change that matters, as a fraction: 0.05. Taken symmetrically on the log scale, so that swapping the sides swaps the verdict. */
  readonly minEffect: number;
}

export interface PairedResult {
  /** after / before with its bounds; `undefined` without pairs. */
  readonly ratio: Interval | undefined;
  /** One-sided p-values of "above by more than the minimum effect" and "below by more than it". */
  readonly pHigher: number;
  readonly pLower: number;
}

/** Estimates the ratio of two states from pairs of blocks, and the evidence that it lies beyond the minimum effect on either side. */
export const testPairs = ({ logRatios, alpha, minEffect }: PairedTest): PairedResult => {
  const margin = Math.log1p(minEffect);
  const interval = hodgesLehmann(logRatios, alpha);
  return {
    ratio: interval === undefined ? undefined : exponentiated(interval),
    pHigher: signedRankPAbove(logRatios, margin),
    pLower: signedRankPAbove(
      logRatios.map((difference) => -difference),
      margin,
    ),
  };
};

const exponentiated = ({ estimate, lower, upper }: Interval): Interval => ({
  estimate: Math.exp(estimate),
  lower: Math.exp(lower),
  upper: Math.exp(upper),
});

/** Judges a ratio by its bounds and never by its estimate. */
export type Position = 'higher' | 'lower' | 'equal' | 'unknown';

/**
 * Judges a ratio's bounds against the minimum effect: beyond it on one side, inside it on both (two one-sided tests), or neither.
 *
 * @see D. J. Schuirmann, A comparison of the two one-sided tests procedure, J. Pharmacokinet. Biopharm. 15 (1987).
 */
export const positionOf = (ratio: Interval, minEffect: number): Position => {
  const margin = 1 + minEffect;
  if (ratio.lower > margin) return 'higher';
  if (ratio.upper < 1 / margin) return 'lower';
  return ratio.upper < margin && ratio.lower > 1 / margin ? 'equal' : 'unknown';
};

/** The verdict of a position, for a metric of which less or more is better. */
export const verdictOf = (position: Position, better: 'lower' | 'higher'): Verdict => {
  switch (position) {
    case 'equal':
      return 'equivalent';
    case 'unknown':
      return 'inconclusive';
    case 'higher':
    case 'lower':
      return position === better ? 'improved' : 'regressed';
  }
};
