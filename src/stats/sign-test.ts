import type { Interval } from './hodges-lehmann.ts';
import { binomialCdf } from './proportion.ts';

/**
 * The median of independent values and its exact one-sided bounds, for any shape of distribution: the order statistics that the sign test
 * at level alpha would not reject.
 *
 * @param alpha level of each bound; infinite where there are too few values for it.
 * @returns `undefined` without values.
 * @see Hollander, Wolfe, Chicken (2014), sections 3.5 and 3.6.
 */
export const medianInterval = (values: readonly number[], alpha: number): Interval | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const [below, above] = [sorted[Math.ceil(n / 2) - 1], sorted[Math.floor(n / 2)]];
  if (below === undefined || above === undefined) return undefined;
  const critical = signCritical(alpha, n);
  return {
    estimate: (below + above) / 2,
    lower: (critical === undefined ? undefined : sorted[critical]) ?? Number.NEGATIVE_INFINITY,
    upper: (critical === undefined ? undefined : sorted[n - 1 - critical]) ?? Number.POSITIVE_INFINITY,
  };
};

/** The one-sided p-value of "the median is above `limit`". Values equal to the limit count against it. */
export const signPAbove = (values: readonly number[], limit: number): number => {
  const above = values.filter((value) => value > limit).length;
  // P(X >= above) = P(X <= n - above) by symmetry.
  return values.length === 0 ? 1 : binomialCdf(values.length - above, values.length, 0.5);
};

/** The greatest c with P(X <= c) <= alpha, `undefined` when even none of n heads is likelier than alpha. */
const signCritical = (alpha: number, n: number): number | undefined => {
  let critical: number | undefined;
  for (let c = 0; c <= n && binomialCdf(c, n, 0.5) <= alpha; c++) critical = c;
  return critical;
};
