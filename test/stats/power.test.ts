import { expect, it } from 'vitest';
import { normalQuantile } from '../../src/stats/normal.ts';
import { pairsNeeded, smallestDetectable } from '../../src/stats/power.ts';

// Abramowitz and Stegun, table 26.5.
it.each([
  [0.5, 0],
  [0.9, 1.28155],
  [0.975, 1.95996],
  [0.99, 2.32635],
  [0.001, -3.09023],
])('has the normal quantile of %d', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 2.9);
});

const plan = { alpha: 0.01, power: 0.9, minEffect: 0.05 };

it.each([
  [0.02, 7],
  [0.05, 16],
  [0.1, 63],
  [0.2, 252],
])('needs the pairs that the formula gives for a change of 10 %%, at a deviation of %d', (sd, pairs) => {
  expect(Math.abs(pairsNeeded({ ...plan, sd }, 0.1) - pairs)).toBeLessThanOrEqual(1);
});

it('detects with those pairs what they were computed for, and can never detect less than the minimum effect', () => {
  const noisy = { ...plan, sd: 0.1 };
  expect(smallestDetectable(noisy, pairsNeeded(noisy, 0.1))).toBeCloseTo(0.1, 2);
  expect(smallestDetectable(noisy, 1e9)).toBeGreaterThan(0.05);
  expect(pairsNeeded(noisy, 0.05)).toBe(Number.POSITIVE_INFINITY);
});
