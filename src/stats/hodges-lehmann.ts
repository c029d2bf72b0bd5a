import { signedRankCritical } from './wilcoxon.ts';

/** An estimate with one-sided bounds, each of which fails with probability alpha at most. */
export interface Interval {
  readonly estimate: number;
  /** -Infinity and Infinity where there are too few pairs for the level. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * The centre of symmetric differences and its exact one-sided bounds: the median of the Walsh averages, and the Walsh averages that
 * Wilcoxon's signed-rank test at level alpha would not reject.
 *
 * Both bounds together are an interval of confidence 1 - 2 alpha.
 *
 * @param alpha level of each bound.
 * @returns `undefined` without differences.
 * @see Hollander, Wolfe, Chicken (2014), sections 3.2 and 3.3.
 */
export const hodgesLehmann = (differences: readonly number[], alpha: number): Interval | undefined => {
  const n = differences.length;
  if (n === 0) return undefined;
  const walsh = walshAverages(differences);
  const critical = signedRankCritical(alpha, n);
  const at = (index: number): number => walsh[index] ?? Number.NaN;
  return {
    estimate: medianOfSorted(walsh),
    lower: critical === undefined ? Number.NEGATIVE_INFINITY : at(critical),
    upper: critical === undefined ? Number.POSITIVE_INFINITY : at(walsh.length - 1 - critical),
  };
};

/** All means of two differences, each with itself too, in ascending order. */
const walshAverages = (differences: readonly number[]): Float64Array => {
  const n = differences.length;
  const averages = new Float64Array((n * (n + 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) averages[at++] = midpoint(differences[i] ?? 0, differences[j] ?? 0);
  }
  return averages.sort();
};

const medianOfSorted = (values: Float64Array): number => {
  const middle = values.length / 2;
  return midpoint(values[Math.ceil(middle) - 1] ?? 0, values[Math.floor(middle)] ?? 0);
};

/** Two differences that are beyond all bounds, to either side, cancel. */
const midpoint = (a: number, b: number): number => (a === -b ? 0 : (a + b) / 2);
