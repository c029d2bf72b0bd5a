import { mean, variance } from './descriptive.ts';
import type { Interval } from './hodges-lehmann.ts';
import { studentCdf, studentQuantile } from './student.ts';

/** One new value and earlier ones of the same kind, whose spread says how far one more of them may lie. */
export interface NewValue {
  readonly earlier: readonly number[];
  readonly value: number;
}

/**
 * Estimates how far a new value lies from the mean of earlier ones, with one-sided bounds at level alpha, if all vary alike.
 *
 * @returns `undefined` with fewer than two earlier values.
 * @see G. J. Hahn, W. Q. Meeker, Statistical Intervals (1991), section 4.7: prediction of one future value.
 */
export const shiftInterval = (sample: NewValue, alpha: number): Interval | undefined => {
  const { estimate, error, degrees } = shiftOf(sample);
  if (error === undefined) return undefined;
  const reach = studentQuantile(1 - alpha, degrees) * error;
  return { estimate, lower: estimate - reach, upper: estimate + reach };
};

/** The one-sided p-value of "the new value comes from a mean that is more than `shift` higher"; 1 where it cannot be computed. */
export const shiftPAbove = (sample: NewValue, shift: number): number => {
  const { estimate, error, degrees } = shiftOf(sample);
  if (error === undefined) return 1;
  return error === 0 ? Number(estimate <= shift) : 1 - studentCdf((estimate - shift) / error, degrees);
};

const shiftOf = ({ earlier, value }: NewValue) => ({
  estimate: value - mean(earlier),
  error: earlier.length < 2 ? undefined : Math.sqrt(variance(earlier) * (1 + 1 / earlier.length)),
  degrees: earlier.length - 1,
});
