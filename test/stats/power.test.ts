import { expect, it } from 'vitest';
import { hodgesLehmann } from '../../src/stats/hodges-lehmann.ts';
import { normalQuantile } from '../../src/stats/normal.ts';
import { effectiveDeviation, pairsNeeded, smallestDetectable } from '../../src/stats/power.ts';
import { seededRandom } from '../../src/stats/random.ts';

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

it('reads the deviation off the interval: that of the data when they are normal, and not that of one wild pair', () => {
  const random = seededRandom(1);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const readings = Array.from({ length: 200 }, () => {
    const differences = Array.from({ length: 24 }, () => 0.05 * gauss());
    const interval = hodgesLehmann(differences, 0.01);
    return interval === undefined ? 0 : effectiveDeviation(interval, 24, 0.01);
  });
  expect(readings.reduce((a, b) => a + b, 0) / readings.length).toBeCloseTo(0.05, 2);

  const differences = Array.from({ length: 24 }, (_, i) => (i === 0 ? 3 : 0.05 * gauss()));
  const interval = hodgesLehmann(differences, 0.01);
  expect(interval && effectiveDeviation(interval, 24, 0.01)).toBeLessThan(0.1);
});
