import { describe, expect, it } from 'vitest';
import { CoarseHistogram } from '../../src/stats/coarse-histogram.ts';
import { seededRandom } from '../../src/stats/random.ts';

const of = (...durationsNs: readonly number[]): CoarseHistogram => {
  const histogram = new CoarseHistogram();
  for (const ns of durationsNs) histogram.record(ns);
  return histogram;
};

const drawn = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(1000 * 10 ** (7 * random())));
};

describe('a coarse histogram', () => {
  it('knows every quantile within 1.1 %, and the maximum exactly', () => {
    const durations = drawn(1, 1001).toSorted((a, b) => a - b);
    const histogram = of(...durations);
    for (const p of [0, 0.01, 0.5, 0.9, 0.99, 0.999]) {
      const exact = durations[Math.max(1, Math.ceil(p * 1001)) - 1] ?? 0;
      expect((histogram.quantileNs(p) ?? 0) / exact).toBeGreaterThan(0.989);
      expect((histogram.quantileNs(p) ?? 0) / exact).toBeLessThan(1.011);
    }
    expect(histogram.quantileNs(1)).toBe(durations.at(-1));
    expect(histogram.maxNs).toBe(durations.at(-1));
  });

  it('never states a quantile above its maximum', () => {
    expect(of(965_000).quantileNs(0.5)).toBe(965_000);
  });

  it('has no quantile and no maximum when it is empty', () => {
    expect([of().quantileNs(0.5), of().maxNs, of().count]).toEqual([undefined, undefined, 0]);
    expect(of().encode()).toEqual({ count: 0, maxNs: null, steps: '' });
  });

  it('counts what is beyond its range in its first and last step', () => {
    const histogram = of(0, 3e12);
    expect([histogram.quantileNs(0.5), histogram.maxNs]).toEqual([expect.closeTo(1011, 0), 3e12]);
  });

  it.each([1, 2, 3])('is the same after it was encoded and decoded (seed %i)', (seed) => {
    const encoded = of(...drawn(seed, 50)).encode();
    expect(CoarseHistogram.decode(encoded).encode()).toEqual(encoded);
  });

  it('merges without loss', () => {
    const durations = drawn(4, 100);
    const merged = of(...durations.slice(0, 30));
    merged.add(of(...durations.slice(30)));
    expect(merged.encode()).toEqual(of(...durations).encode());
  });

  it.each([
    [{ count: 2, maxNs: 1_000_000, steps: '318:1' }, 'its count is not that of its steps'],
    [{ count: 1, maxNs: 9_000_000, steps: '318:1' }, 'its maximum is not that of its steps'],
    [{ count: 1, maxNs: null, steps: '318:1' }, 'its maximum is not that of its steps'],
    [{ count: 1, maxNs: 1_000_000, steps: '318' }, '"318" is no step and its count'],
    [{ count: 1, maxNs: 1_000_000, steps: '999:1' }, '"999:1" is no step and its count'],
  ])('refuses %j', (encoded, message) => {
    expect(() => CoarseHistogram.decode(encoded)).toThrow(message);
  });
});
