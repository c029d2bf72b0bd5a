import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.ts';
import { DelayLine } from '../../../src/target/way/delay-line.ts';

const lineOf = (settings: Partial<ConstructorParameters<typeof DelayLine>[0]>): DelayLine<number> =>
  new DelayLine({ rttMs: 50, jitterMs: 0, loss: 0, ...settings }, seededRandom(7));

it('delivers after half of a round trip, in order, and not earlier', () => {
  const line = lineOf({});
  expect(line.nextDueMs).toBe(Infinity);
  line.add(1, 100);
  line.add(2, 110);
  expect(line.nextDueMs).toBe(125);
  expect(line.takeDue(124.9)).toEqual([]);
  expect(line.takeDue(130)).toEqual([1]);
  expect(line.takeDue(200)).toEqual([2]);
  expect(line.nextDueMs).toBe(Infinity);
});

it('spreads arrivals by the jitter to both sides, and lets nothing overtake', () => {
  const line = lineOf({ jitterMs: 10 });
  const delays = Array.from({ length: 1000 }, (_, index) => {
    const sentMs = index * 100;
    line.add(index, sentMs);
    const delayMs = line.nextDueMs - sentMs;
    expect(line.takeDue(line.nextDueMs)).toEqual([index]);
    return delayMs;
  });
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(15);
  expect(Math.max(...delays)).toBeLessThanOrEqual(35);
  expect(delays.reduce((sum, ms) => sum + ms, 0) / delays.length).toBeCloseTo(25, 0);
  for (let index = 0; index < 100; index++) line.add(index, 1e6);
  expect(line.takeDue(2e6)).toEqual(Array.from({ length: 100 }, (_, index) => index));
});

it('loses the share that it is to lose', () => {
  const line = lineOf({ loss: 0.1 });
  const kept = Array.from({ length: 10_000 }, (_, index) => line.add(index, index)).filter(Boolean).length;
  // Five standard deviations of a binomial distribution.
  expect(Math.abs(kept - 9000)).toBeLessThan(150);
  expect(line.takeDue(1e9)).toHaveLength(kept);
});
