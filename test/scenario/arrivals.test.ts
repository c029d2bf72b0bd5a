import { describe, expect, it } from 'vitest';
import {
  Arrivals,
  expectedUntil,
  rateAt,
  timeOfExpected,
  type ArrivalPattern,
  type RateProfile,
} from '../../src/scenario/arrivals.ts';
import { seededRandom } from '../../src/stats/random.ts';

interface Part {
  readonly pattern?: ArrivalPattern;
  readonly seed?: number;
  readonly parts?: number;
  readonly index?: number;
}

const arrivals = (profile: RateProfile, { pattern = 'constant', seed = 1, parts = 1, index = 0 }: Part = {}): Arrivals =>
  new Arrivals({ profile, pattern, random: seededRandom(seed), parts, index });

/** All intended starts before a time, in seconds. */
const until = (seconds: number, source: Arrivals): number[] => {
  const times: number[] = [];
  for (let at = source.nextNs() / 1e9; at < seconds; at = source.nextNs() / 1e9) times.push(at);
  return times;
};

const constant = (perSecond: number): RateProfile => ({ shape: 'constant', perSecond });

const ramp = (fromPerSecond: number, toPerSecond: number, seconds: number, steps = 0): RateProfile => ({
  shape: 'ramp',
  fromPerSecond,
  toPerSecond,
  overMs: seconds * 1000,
  steps,
});

const within = (times: readonly number[], from: number, to: number): number => times.filter((at) => at >= from && at < to).length;

describe('constant arrivals', () => {
  it.each([
    [500, 1, 500],
    [2000, 10, 20_000],
    [0.5, 10, 5],
    [3, 1.1, 4],
  ])('of %d/s are exactly as many in %d s: %d', (perSecond, seconds, count) => {
    expect(until(seconds, arrivals(constant(perSecond)))).toHaveLength(count);
  });

  it('begin at once and never drift: the millionth is where arithmetic has it', () => {
    const source = arrivals(constant(3000));
    expect(source.nextNs()).toBe(0);
    for (let i = 1; i < 1e6; i++) source.nextNs();
    expect(source.nextNs()).toBe(Math.round((1e6 / 3000) * 1e9));
  });
});

describe.each<ArrivalPattern>(['constant', 'poisson'])('%s arrivals dealt to several workers', (pattern) => {
  it.each([1, 2, 3, 7])('are together exactly those of one: %d workers', (parts) => {
    const profile = ramp(100, 900, 2);
    const whole = until(3, arrivals(profile, { pattern }));
    const dealt = Array.from({ length: parts }, (_, index) => until(3, arrivals(profile, { pattern, parts, index })));
    expect(dealt.flat().toSorted((a, b) => a - b)).toEqual(whole);
    const sizes = dealt.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });
});

describe('ramps', () => {
  it.each([
    ['a slope up', ramp(100, 2000, 10), 10_500],
    ['a slope down', ramp(2000, 100, 10), 10_500],
    ['a level slope', ramp(500, 500, 4), 2000],
    ['steps up', ramp(100, 1000, 10, 10), 5500],
    ['one step', ramp(100, 400, 5, 1), 2000],
  ])('%s integrates to what arithmetic says', (_, profile, count) => {
    const seconds = profile.shape === 'ramp' ? profile.overMs / 1000 : 0;
    expect(until(seconds, arrivals(profile))).toHaveLength(count);
  });

  it('a slope has in each second the mean of the rates at its ends, within the one that lies on an end', () => {
    const times = until(10, arrivals(ramp(100, 1100, 10)));
    for (let second = 0; second < 10; second++) {
      expect(Math.abs(within(times, second, second + 1) - (150 + 100 * second))).toBeLessThanOrEqual(1);
    }
  });

  it('steps are level, the first at the rate from and the last at the rate to', () => {
    const times = until(4, arrivals(ramp(100, 400, 4, 4)));
    expect([0, 1, 2, 3].map((second) => within(times, second, second + 1))).toEqual([100, 200, 300, 400]);
    const first = times.slice(0, 100);
    for (const [i, at] of first.entries()) expect(at).toBeCloseTo(i / 100, 9);
  });

  it.each([0, 5])('stay at the rate to when they are over (%d steps)', (steps) => {
    const times = until(6, arrivals(ramp(100, 300, 2, steps)));
    expect([2, 3, 4, 5].map((second) => within(times, second, second + 1))).toEqual([300, 300, 300, 300]);
  });
});

describe('what is expected by a time', () => {
  const PROFILES: readonly RateProfile[] = [
    constant(250),
    ramp(100, 2000, 10),
    ramp(2000, 100, 10),
    ramp(100, 900, 6, 4),
    ramp(5, 5, 3),
  ];

  it.each(PROFILES)('is the inverse of when it is: %j', (profile) => {
    for (const expected of [0, 1, 10, 99.5, 1000, 20_000]) {
      expect(expectedUntil(profile, timeOfExpected(profile, expected))).toBeCloseTo(expected, 6);
    }
  });

  it.each(PROFILES)('grows by the rate: %j', (profile) => {
    for (const seconds of [0.1, 1.3, 2.9, 4.4, 7.7, 12]) {
      const slope = (expectedUntil(profile, seconds + 1e-4) - expectedUntil(profile, seconds - 1e-4)) / 2e-4;
      expect(rateAt(profile, seconds)).toBeCloseTo(slope, 3);
    }
  });
});

describe('Poisson arrivals', () => {
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

  it.each(SEEDS)('have exponential gaps, by Kolmogorov and Smirnov: seed %d', (seed) => {
    const times = until(20, arrivals(constant(500), { pattern: 'poisson', seed }));
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    expect(kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp(-500 * gap))).toBeLessThan(CRITICAL_KS);
  });

  it.each(SEEDS)('number in each second as Poisson says, by chi-square of their dispersion: seed %d', (seed) => {
    const seconds = 200;
    const times = until(seconds, arrivals(constant(50), { pattern: 'poisson', seed }));
    const counts = Array.from({ length: seconds }, (_, second) => within(times, second, second + 1));
    const mean = times.length / seconds;
    const dispersion = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / mean;
    // 99.9 % of a chi-square of 199 degrees of freedom lies between these.
    expect(dispersion).toBeGreaterThan(139.82);
    expect(dispersion).toBeLessThan(271.26);
  });

  it.each(SEEDS)('on a ramp are spread as the rate is, by Kolmogorov and Smirnov: seed %d', (seed) => {
    const times = until(10, arrivals(ramp(100, 900, 10), { pattern: 'poisson', seed }));
    // The times of a Poisson process, given their number, are a sample of the cumulative rate.
    expect(kolmogorovSmirnov(times, (at) => (100 * at + 40 * at * at) / 5000)).toBeLessThan(CRITICAL_KS);
  });

  it('would not pass if they were evenly spaced', () => {
    const times = until(20, arrivals(constant(500)));
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp(-500 * gap))).toBeGreaterThan(CRITICAL_KS);
  });
});

/** Of D times the root of n, for 0.1 %: N. Smirnov, Table for estimating the goodness of fit, Ann. Math. Stat. 19 (1948). */
const CRITICAL_KS = 1.95;

/** The greatest distance between a sample's distribution and the one it is held against, times the root of its size. */
const kolmogorovSmirnov = (sample: readonly number[], distribution: (value: number) => number): number => {
  const sorted = sample.toSorted((a, b) => a - b);
  const distances = sorted.flatMap((value, i) => {
    const expected = distribution(value);
    return [Math.abs(expected - i / sorted.length), Math.abs(expected - (i + 1) / sorted.length)];
  });
  return Math.max(...distances) * Math.sqrt(sorted.length);
};
