import { expect, it } from 'vitest';
import { lagOneAutocorrelation } from '../../src/stats/autocorrelation.ts';
import { shiftInterval, shiftPAbove } from '../../src/stats/new-value.ts';
import { seededRandom } from '../../src/stats/random.ts';

it('a new value is held against the spread of the earlier ones', () => {
  const earlier = [9, 10, 11, 10, 10];
  // s^2 = 0.5, so the error is sqrt(0.5 * 1.2) = 0.7746; t(0.99, 4) = 3.747.
  const interval = shiftInterval({ earlier, value: 12 }, 0.01);
  expect(interval?.estimate).toBeCloseTo(2);
  expect(interval?.lower).toBeCloseTo(2 - 3.747 * 0.7746, 2);
  expect(shiftInterval({ earlier: [1], value: 2 }, 0.01)).toBeUndefined();
  expect(shiftPAbove({ earlier: [1], value: 2 }, 0)).toBe(1);
  expect(shiftPAbove({ earlier: [1, 1], value: 2 }, 0)).toBe(0);
});

it('a new value of the same kind is called a shift as rarely as promised', () => {
  const random = seededRandom(3);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const alarms = Array.from({ length: 4000 }, () =>
    shiftPAbove({ earlier: Array.from({ length: 6 }, normal), value: normal() }, 0),
  ).filter((p) => p <= 0.05).length;
  expect(alarms / 4000).toBeGreaterThan(0.035);
  expect(alarms / 4000).toBeLessThan(0.065);
});

it('autocorrelation tells a walk from noise and from an alternation', () => {
  expect(lagOneAutocorrelation([1, 2, 3, 4, 5, 6, 7, 8])).toBeGreaterThan(0.5);
  expect(lagOneAutocorrelation([1, -1, 1, -1, 1, -1])).toBeLessThan(-0.5);
  expect(lagOneAutocorrelation([1, 1, 1])).toBeUndefined();
  expect(lagOneAutocorrelation([1, 2])).toBeUndefined();
});
