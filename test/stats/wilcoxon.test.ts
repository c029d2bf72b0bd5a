import { expect, it } from 'vitest';
import { signedRankCdf, signedRankCritical, signedRankDistribution, signedRankPAbove } from '../../src/stats/wilcoxon.ts';

it('counts the sign patterns of three pairs as they can be counted by hand', () => {
  expect([...signedRankDistribution(3)].map((probability) => probability * 8)).toEqual([1, 1, 1, 2, 1, 1, 1]);
});

// Wilcoxon and Wilcox, Some Rapid Approximate Statistical Procedures (1964), table 2: critical values of the smaller rank sum.
it.each([
  [5, 0.05, 0],
  [6, 0.025, 0],
  [7, 0.01, 0],
  [8, 0.005, 0],
  [10, 0.05, 10],
  [10, 0.01, 5],
  [12, 0.05, 17],
  [15, 0.025, 25],
  [20, 0.05, 60],
  [20, 0.005, 37],
  [25, 0.01, 76],
  [30, 0.025, 137],
])('has the critical value of the tables for %i pairs at %d', (n, alpha, critical) => {
  expect(signedRankCritical(alpha, n)).toBe(critical);
});

it('decides nothing at a level that all signs alike cannot reach', () => {
  expect(signedRankCritical(0.01, 6)).toBeUndefined();
  expect(signedRankCritical(0.01, 7)).toBe(0);
});

it('sums to one, and is symmetric', () => {
  for (const n of [1, 4, 24, 48]) {
    const most = (n * (n + 1)) / 2;
    expect(signedRankCdf(most, n)).toBeCloseTo(1, 12);
    for (const w of [0, 3, n]) expect(signedRankCdf(w, n)).toBeCloseTo(1 - signedRankCdf(most - w - 1, n), 12);
  }
});

it('gives the p-value of the signs alone when all differences are on one side', () => {
  expect(signedRankPAbove([1, 2, 3, 4, 5], 0)).toBeCloseTo(1 / 32, 12);
  expect(signedRankPAbove([-1, -2, -3, -4, -5], 0)).toBe(1);
  expect(signedRankPAbove([], 0)).toBe(1);
});

it('never claims more with ties than without them', () => {
  expect(signedRankPAbove([0, 0, 0, 0, 0, 0, 0], 0)).toBeGreaterThan(0.5);
  expect(signedRankPAbove([2, 2, 2, 2, 2, 2, -2], 0)).toBeGreaterThanOrEqual(
    signedRankPAbove([2, 2.1, 2.2, 2.3, 2.4, 2.5, -1.9], 0),
  );
});
