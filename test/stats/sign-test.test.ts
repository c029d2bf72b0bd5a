import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/stats/random.ts';
import { medianInterval, signPAbove } from '../../src/stats/sign-test.ts';

describe('the median of values of any shape', () => {
  it('has the order statistics of the sign test as its bounds', () => {
    // Of 12 values P(X <= 1) is 13 / 4096 = 0.32 %, P(X <= 2) is 79 / 4096 = 1.9 %.
    const values = Array.from({ length: 12 }, (_, i) => (i + 1) ** 2);
    expect(medianInterval(values, 0.01)).toEqual({ estimate: (36 + 49) / 2, lower: 4, upper: 121 });
    expect(medianInterval(values, 0.02)).toMatchObject({ lower: 9, upper: 100 });
  });

  it('has open bounds where there are too few values, and none without any', () => {
    expect(medianInterval([3, 1, 2], 0.01)).toEqual({
      estimate: 2,
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
    });
    expect(medianInterval([], 0.01)).toBeUndefined();
  });

  it('lies above a limit with the p-value of so many heads', () => {
    expect(signPAbove([5, 6, 7, 8], 4)).toBeCloseTo(1 / 16);
    expect(signPAbove([4, 6, 7, 8], 4)).toBeCloseTo(5 / 16);
    expect(signPAbove([], 4)).toBe(1);
  });

  it('is covered as often as promised, however skewed the values are', () => {
    const random = seededRandom(5);
    const misses = Array.from({ length: 4000 }, () => {
      const values = Array.from({ length: 12 }, () => (1 - random()) ** -1.2);
      return (medianInterval(values, 0.02)?.lower ?? 0) > 2 ** 1.2;
    }).filter(Boolean).length;
    expect(misses / 4000).toBeLessThan(0.027);
  });
});
