import { mean, variance } from './descriptive.ts';
import type { Interval } from './hodges-lehmann.ts';
import { studentCdf, studentQuantile } from './student.ts';

/** Two samples whose difference of means is asked for; each value is one independent repetition, such as a run. */
export interface TwoSamples {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The difference of means with one-sided bounds at level alpha, `undefined` with fewer than two values on a side. */
export const welchInterval = (samples: TwoSamples, alpha: number): Interval | undefined => {
  const spread = spreadOf(samples);
  if (spread === undefined) return undefined;
  const { difference, error, degrees } = spread;
  if (error === 0) return { estimate: difference, lower: difference, upper: difference };
  const reach = studentQuantile(1 - alpha, degrees) * error;
  return { estimate: difference, lower: difference - reach, upper: difference + reach };
};

/** The one-sided p-value of "the mean rose by more than `shift`"; 1 with fewer than two values on a side. */
export const welchPAbove = (samples: TwoSamples, shift: number): number => {
  const spread = spreadOf(samples);
  if (spread === undefined) return 1;
  const { difference, error, degrees } = spread;
  if (error === 0) return difference > shift ? 0 : 1;
  return 1 - studentCdf((difference - shift) / error, degrees);
};

/** @see B. L. Welch, The generalization of Student's problem, Biometrika 34 (1947); degrees of freedom by Satterthwaite. */
const spreadOf = ({ before, after }: TwoSamples) => {
  if (before.length < 2 || after.length < 2) return undefined;
  const [b, a] = [variance(before) / before.length, variance(after) / after.length];
  return {
    difference: mean(after) - mean(before),
    error: Math.sqrt(a + b),
    degrees: (a + b) ** 2 / (a ** 2 / (after.length - 1) + b ** 2 / (before.length - 1)),
  };
};
