import { expect, it } from 'vitest';
import { holmAdjusted } from '../../src/stats/holm.ts';
import { binomialCdf, shareBounds } from '../../src/stats/proportion.ts';

it('has the exact bounds of Clopper and Pearson', () => {
  // 1 - 0.05^(1/n): no success, or nothing but successes.
  expect(shareBounds(0, 100, 0.05)).toEqual({ lower: 0, upper: expect.closeTo(1 - 0.05 ** 0.01, 9) as number });
  expect(shareBounds(100, 100, 0.05)).toEqual({ lower: expect.closeTo(0.05 ** 0.01, 9) as number, upper: 1 });
  // L. D. Brown, T. T. Cai, A. DasGupta (2001): 95 % interval of 10 in 20.
  const { lower, upper } = shareBounds(10, 20, 0.025);
  expect(lower).toBeCloseTo(0.272, 3);
  expect(upper).toBeCloseTo(0.728, 3);
});

it('sums a binomial distribution from either side alike', () => {
  for (const [k, n, p] of [
    [3, 10, 0.3],
    [8, 10, 0.3],
    [990, 1000, 0.99],
  ] as const) {
    expect(binomialCdf(k, n, p)).toBeCloseTo(1 - binomialCdf(n - k - 1, n, 1 - p), 10);
  }
  expect(binomialCdf(1, 2, 0.5)).toBeCloseTo(0.75, 12);
});

it('is quick with as many handshakes as a run has', () => {
  const { lower } = shareBounds(999_500, 1_000_000, 0.01);
  expect(lower).toBeGreaterThan(0.999);
  expect(lower).toBeLessThan(0.9995);
});

it("steps down as in Holm's paper", () => {
  expect(holmAdjusted([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holmAdjusted([0.5, 0.9])).toEqual([1, 1]);
  expect(holmAdjusted([])).toEqual([]);
});
