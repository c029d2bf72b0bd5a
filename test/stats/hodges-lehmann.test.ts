import { expect, it } from 'vitest';
import { hodgesLehmann } from '../../src/stats/hodges-lehmann.ts';
import { seededRandom, shuffled } from '../../src/stats/random.ts';
import { signedRankPAbove } from '../../src/stats/wilcoxon.ts';

// Hollander, Wolfe, Chicken (2014), example 3.1 and 3.3: Hamilton depression scale factor IV, nine patients.
const DEPRESSION = [-0.952, 0.147, -1.022, -0.43, -0.62, -0.59, -0.49, 0.08, -0.01];

it("gives the textbook's estimate and bounds", () => {
  const interval = hodgesLehmann(DEPRESSION, 0.0196);
  expect(interval?.estimate).toBeCloseTo(-0.46, 2);
  expect(interval?.lower).toBeCloseTo(-0.786, 3);
  expect(interval?.upper).toBeCloseTo(-0.01, 3);
});

it('has bounds that are infinite, not made up, where there are too few pairs', () => {
  expect(hodgesLehmann([0.1, 0.2, 0.3], 0.01)).toMatchObject({
    lower: Number.NEGATIVE_INFINITY,
    upper: Number.POSITIVE_INFINITY,
  });
  expect(hodgesLehmann([], 0.01)).toBeUndefined();
});

it('moves with a shift, turns with the sign, and does not care for the order', () => {
  const random = seededRandom(5);
  for (let trial = 0; trial < 50; trial++) {
    const n = 7 + Math.floor(random() * 20);
    const differences = Array.from({ length: n }, () => (random() - 0.5) * 10);
    const interval = hodgesLehmann(differences, 0.01);
    const moved = hodgesLehmann(
      differences.map((value) => value + 3),
      0.01,
    );
    const turned = hodgesLehmann(
      differences.map((value) => -value),
      0.01,
    );
    expect(moved?.estimate).toBeCloseTo((interval?.estimate ?? 0) + 3, 9);
    expect(moved?.lower).toBeCloseTo((interval?.lower ?? 0) + 3, 9);
    expect(turned?.upper).toBeCloseTo(-(interval?.lower ?? 0), 12);
    expect(turned?.lower).toBeCloseTo(-(interval?.upper ?? 0), 12);
    expect(hodgesLehmann(shuffled(differences, random), 0.01)).toEqual(interval);
  }
});

it('has the lower bound where the test stops rejecting', () => {
  const random = seededRandom(6);
  for (let trial = 0; trial < 30; trial++) {
    const differences = Array.from({ length: 15 }, () => random() - 0.4);
    const { lower = 0 } = hodgesLehmann(differences, 0.05) ?? {};
    expect(signedRankPAbove(differences, lower - 1e-6)).toBeLessThanOrEqual(0.05);
    expect(signedRankPAbove(differences, lower + 1e-6)).toBeGreaterThan(0.05);
  }
});
