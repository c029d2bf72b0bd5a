import { describe, expect, it } from 'vitest';
import { shareBounds } from '../../src/stats/proportion.ts';
import { seededRandom, type Random } from '../../src/stats/random.ts';
import { studentCdf, studentQuantile } from '../../src/stats/student.ts';
import { welchInterval, welchPAbove } from '../../src/stats/welch.ts';

// Abramowitz and Stegun (1964), table 26.10.
it.each([
  [0.95, 1, 6.314],
  [0.99, 4, 3.747],
  [0.975, 10, 2.228],
  [0.995, 30, 2.75],
  [0.9995, 120, 3.373],
])("has Student's quantile of %d with %d degrees of freedom", (p, degrees, t) => {
  expect(Math.abs(studentQuantile(p, degrees) - t)).toBeLessThan(6e-4);
  expect(studentCdf(studentQuantile(p, degrees), degrees)).toBeCloseTo(p, 9);
  expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-studentQuantile(p, degrees), 9);
});

/** "Student" (1908), The probable error of a mean: extra sleep by two drugs, which every statistics program has as its example. */
const SLEEP = {
  before: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  after: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
};

it("gives Welch's interval and p-value of the data that Student published", () => {
  // R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p = 0.07939, 95 % from -3.3654832 to 0.2054832.
  const interval = welchInterval(SLEEP, 0.025);
  expect(interval?.estimate).toBeCloseTo(1.58, 9);
  expect(interval?.lower).toBeCloseTo(-0.2054832, 6);
  expect(interval?.upper).toBeCloseTo(3.3654832, 6);
  expect(welchPAbove(SLEEP, 0)).toBeCloseTo(0.07939 / 2, 5);
});

it('turns with the sides, knows nothing from single values, and all from values without spread', () => {
  const swapped = { before: SLEEP.after, after: SLEEP.before };
  expect(welchInterval(swapped, 0.01)?.upper).toBeCloseTo(-(welchInterval(SLEEP, 0.01)?.lower ?? 0), 12);
  expect(welchInterval({ before: [1], after: [2, 3] }, 0.01)).toBeUndefined();
  expect(welchPAbove({ before: [1], after: [2, 3] }, 0)).toBe(1);
  expect(welchPAbove({ before: [1, 1], after: [2, 2] }, 0.5)).toBe(0);
});

/** ln of a run's median, as runs of one state differ: between them, not within. */
const RUNS: Readonly<Record<string, (random: Random) => number>> = {
  normal: (random) => 0.02 * gauss(random),
  'skewed (now and then a slow run)': (random) => (random() < 0.2 ? Math.abs(0.08 * gauss(random)) : 0.02 * gauss(random)),
  'heavy tails (Student t, 3 degrees of freedom)': (random) =>
    (0.015 * gauss(random)) / Math.sqrt((gauss(random) ** 2 + gauss(random) ** 2 + gauss(random) ** 2) / 3),
};

const gauss = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

describe.each(Object.entries(RUNS))('with five runs of each state that differ as %s', (_, draw) => {
  const alarms = (trueRatio: number, minEffect: number, seed: number, times: number): number => {
    const random = seededRandom(seed);
    let alarmed = 0;
    for (let trial = 0; trial < times; trial++) {
      const before = Array.from({ length: 5 }, () => draw(random));
      const after = Array.from({ length: 5 }, () => Math.log(trueRatio) + draw(random));
      if (welchPAbove({ before, after }, Math.log1p(minEffect)) <= 0.01) alarmed += 1;
    }
    return alarmed;
  };

  it('gives a false alarm at most as often as it promises', () => {
    expect(shareBounds(alarms(1.05, 0.05, 1, 4000), 4000, 0.001).lower).toBeLessThan(0.01);
    expect(alarms(1, 0.05, 2, 1000)).toBeLessThanOrEqual(3);
  });

  it('finds what is far beyond the noise of runs', () => {
    expect(alarms(1.3, 0.05, 3, 200)).toBeGreaterThanOrEqual(170);
  });
});
