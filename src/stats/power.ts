import type { Interval } from './hodges-lehmann.ts';
import { normalQuantile } from './normal.ts';

export interface PowerPlan {
  /** Level of the one-sided test. */
  readonly alpha: number;
  /** Probability with which a true effect is to be found. */
  readonly power: number;
  readonly minEffect: number;
  /** Standard deviation of ln(after / before) between pairs. */
  readonly sd: number;
}

/** Efficiency of the signed-rank test against the t-test on normal data: 3 / pi. */
const EFFICIENCY = 3 / Math.PI;

/**
 * The smallest change, as a fraction, that so many pairs would find: (1 + minEffect) e^(z sd / sqrt(n 3/pi)) - 1.
 *
 * @see Hollander, Wolfe, Chicken (2014), section 3.1 (sample size) and 3.11 (efficiency).
 */
export const smallestDetectable = ({ alpha, power, minEffect, sd }: PowerPlan, pairs: number): number =>
  (1 + minEffect) * Math.exp((zSum(alpha, power) * sd) / Math.sqrt(EFFICIENCY * pairs)) - 1;

/**
 * The standard deviation that normal differences would need for the signed-rank test to give an interval of this width. Unlike that of the
 * differences themselves, it does not follow single wild pairs, which the test does not either.
 *
 * @param interval of ln(after / before), with bounds at level alpha.
 */
export const effectiveDeviation = ({ lower, upper }: Interval, pairs: number, alpha: number): number =>
  ((upper - lower) / 2 / normalQuantile(1 - alpha)) * Math.sqrt(EFFICIENCY * pairs);

/** Returns how many pairs find a change of this size with the plan's power; `Infinity` for one that is not above the minimum effect. */
export const pairsNeeded = ({ alpha, power, minEffect, sd }: PowerPlan, effect: number): number => {
  const distance = Math.log((1 + effect) / (1 + minEffect));
  if (distance <= 0) return Number.POSITIVE_INFINITY;
  const byPower = (zSum(alpha, power) * sd) ** 2 / (EFFICIENCY * distance * distance);
  return Math.max(Math.ceil(byPower), Math.ceil(Math.log2(1 / alpha)));
};

const zSum = (alpha: number, power: number): number => normalQuantile(1 - alpha) + normalQuantile(power);
