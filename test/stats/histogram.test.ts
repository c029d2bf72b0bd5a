import { expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { seededRandom, shuffled } from '../../src/stats/random.ts';

/** Durations as handshakes have them: from 50 us, with a heavy tail. */
const durations = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(50_000 / Math.max(1e-6, 1 - random()) ** 0.7));
};

const histogramOf = (values: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

it('keeps quantiles within 0.1 %, and minimum, maximum and mean exactly', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const values = durations(seed, 2000);
    const sorted = values.toSorted((a, b) => a - b);
    const histogram = histogramOf(values);
    expect(histogram.minNs).toBe(sorted[0]);
    expect(histogram.maxNs).toBe(sorted.at(-1));
    expect(histogram.meanNs).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 3);
    for (const p of [0.5, 0.9, 0.99, 0.999]) {
      const exact = sorted[Math.ceil(p * values.length) - 1] ?? 0;
      expect(Math.abs((histogram.quantileNs(p) ?? 0) / exact - 1)).toBeLessThan(0.001);
    }
  }
});

it('tells the share of durations up to any time, as counting them does', () => {
  const values = durations(3, 1000);
  const histogram = histogramOf(values);
  for (const at of [1, 60_000, 100_000, 1_000_000, Number.MAX_SAFE_INTEGER]) {
    const counted = values.filter((value) => value <= at).length / values.length;
    expect(Math.abs(histogram.shareAtMost(at) - counted)).toBeLessThan(0.005);
  }
  expect(new LatencyHistogram().shareAtMost(1)).toBe(0);
});

it('merges without loss, in whatever order and grouping', () => {
  const parts = [1, 2, 3].map((seed) => histogramOf(durations(seed, 500)));
  const whole = histogramOf([1, 2, 3].flatMap((seed) => durations(seed, 500))).encode();
  for (let seed = 0; seed < 5; seed++) {
    const [a, b, c] = shuffled(parts, seededRandom(seed));
    const left = LatencyHistogram.merged(
      [LatencyHistogram.merged([a, b].filter((one) => one !== undefined)), c].filter((one) => one !== undefined),
    );
    expect(left.encode()).toEqual(whole);
  }
});

it('comes back from its encoding as it was', () => {
  const histogram = histogramOf(durations(9, 1000));
  const decoded = LatencyHistogram.decode(
    JSON.parse(JSON.stringify(histogram.encode())) as ReturnType<LatencyHistogram['encode']>,
  );
  expect(decoded.encode()).toEqual(histogram.encode());
  expect(decoded.minNs).toBe(histogram.minNs);
  expect(decoded.maxNs).toBe(histogram.maxNs);
  expect(decoded.quantileNs(0.99)).toBe(histogram.quantileNs(0.99));
});

it('has no quantiles when it is empty, also after decoding', () => {
  for (const empty of [new LatencyHistogram(), LatencyHistogram.decode(new LatencyHistogram().encode())]) {
    expect([empty.count, empty.minNs, empty.maxNs, empty.meanNs, empty.quantileNs(0.5)]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
});

it.each([Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY])('refuses to record %d', (value) => {
  expect(() => {
    new LatencyHistogram().record(value);
  }).toThrow(RangeError);
});

it('counts what is beyond its range, and still knows the true maximum', () => {
  const histogram = histogramOf([1000, 5_000_000_000_000]);
  expect(histogram.count).toBe(2);
  expect(histogram.maxNs).toBe(5_000_000_000_000);
});

it('refuses a tag that would break its log', () => {
  const entry = { tag: 'a b', startUnixMs: 0, endUnixMs: 1, histogram: histogramOf([1]) };
  expect(() => LatencyHistogram.log('x', 0, [entry])).toThrow(/no comma and no space/u);
});
