import { describe, expect, it } from 'vitest';
import { MOST_TRIALS, nextStep, type Trial, type SearchStep } from '../../../src/analysis/capacity/search.ts';
import { seededRandom, type Random } from '../../../src/stats/random.ts';

type Done = Extract<SearchStep, { step: 'done' }>;

interface Searched extends Done {
  readonly trials: readonly Trial[];
}

const search = (
  firstPerSecond: number,
  tolerance: number,
  isSustained: (perSecond: number) => boolean,
  leastPerSecond = 0.5,
): Searched => {
  const trials: Trial[] = [];
  for (;;) {
    const step = nextStep({ firstPerSecond, tolerance, leastPerSecond }, trials);
    if (step.step === 'done') return { ...step, trials };
    trials.push({ perSecond: step.perSecond, verdict: isSustained(step.perSecond) ? 'sustained' : 'too-slow' });
    if (trials.length > MOST_TRIALS) throw new Error('the search does not end');
  }
};

/** A server of one thread: each handshake takes its time, and those that come meanwhile wait. The 99th of a hundred response times. */
const p99Of = (perSecond: number, serviceMs: number, { seconds, random }: { seconds: number; random: Random }): number => {
  const responses: number[] = [];
  let freeAtMs = 0;
  for (let i = 0; i < perSecond * seconds; i++) {
    const atMs = (i * 1000) / perSecond;
    // As times of service are: most are near the mean, some are twice as long.
    const service = serviceMs * (random() < 0.05 ? 2 : 0.947);
    freeAtMs = Math.max(atMs, freeAtMs) + service;
    responses.push(freeAtMs - atMs);
  }
  return responses.toSorted((a, b) => a - b)[Math.ceil(responses.length * 0.99) - 1] ?? 0;
};

describe('a target that answers the same each time', () => {
  it.each([
    { capacity: 187, first: 150 },
    { capacity: 187, first: 20 },
    { capacity: 187, first: 9000 },
    { capacity: 3, first: 400 },
    { capacity: 41_000, first: 900 },
  ])('of $capacity/s is found within the tolerance, from a guess of $first/s', ({ capacity, first }) => {
    for (const tolerance of [0.02, 0.05, 0.1]) {
      const found = search(first, tolerance, (perSecond) => perSecond <= capacity);
      expect(found.foundPerSecond).toBeLessThanOrEqual(capacity);
      expect(found.failsPerSecond).toBeGreaterThan(capacity);
      expect((found.failsPerSecond ?? 0) / (found.foundPerSecond ?? 1)).toBeLessThanOrEqual(1 + tolerance + 0.005);
      expect(found.isConfirmed).toBe(true);
      expect(found.trials.length).toBeLessThanOrEqual(25);
    }
  });

  it('repeats both ends before it says so', () => {
    const { foundPerSecond, failsPerSecond, trials } = search(150, 0.05, (perSecond) => perSecond <= 187);
    const tries = (rate: number | undefined): number => trials.filter(({ perSecond }) => perSecond === rate).length;
    expect([tries(foundPerSecond), tries(failsPerSecond)]).toEqual([2, 2]);
    expect(trials.length).toBeLessThanOrEqual(8);
  });

  it('has no capacity when no rate is sustained', () => {
    const { foundPerSecond, isConfirmed, trials } = search(100, 0.05, () => false);
    expect({ foundPerSecond, isConfirmed }).toEqual({ foundPerSecond: undefined, isConfirmed: false });
    expect(trials.length).toBeLessThanOrEqual(14);
  });

  it('is not sought far below what the target is known to do', () => {
    const { foundPerSecond, trials } = search(2400, 0.05, () => false, 60);
    expect(foundPerSecond).toBeUndefined();
    expect(Math.min(...trials.map(({ perSecond }) => perSecond))).toBeGreaterThanOrEqual(60);
    expect(trials.length).toBeLessThanOrEqual(10);
  });

  it('ends after so many trials when every rate is sustained', () => {
    const { failsPerSecond, isConfirmed, trials } = search(100, 0.05, () => true);
    expect({ failsPerSecond, isConfirmed }).toEqual({ failsPerSecond: undefined, isConfirmed: false });
    expect(trials).toHaveLength(MOST_TRIALS);
  });

  it('ends at once when the mode is never honoured', () => {
    expect(nextStep({ firstPerSecond: 1, tolerance: 0.05 }, [{ perSecond: 1, verdict: 'never-honoured' }])).toMatchObject({
      step: 'done',
      foundPerSecond: undefined,
    });
  });
});

/** The rate that half of 25 seeds keep, by another way: halves, from twice the rate at which the server would be half idle. */
const rateKeptByHalf = (halfIdlePerSecond: number, isKept: (perSecond: number, seed: number) => boolean): number => {
  let [kept, broken] = [halfIdlePerSecond, 4 * halfIdlePerSecond];
  while (broken / kept > 1.002) {
    const middle = Math.sqrt(kept * broken);
    const seeds = Array.from({ length: 25 }, (_, i) => 1000 + i).filter((seed) => isKept(middle, seed));
    if (seeds.length > 12) kept = middle;
    else broken = middle;
  }
  return kept;
};

describe('a simulated server of one thread', () => {
  it.each([
    { serviceMs: 5, limitMs: 25 },
    { serviceMs: 0.4, limitMs: 5 },
    { serviceMs: 20, limitMs: 100 },
  ])('that takes $serviceMs ms: its capacity under p99 < $limitMs ms is found within 5 %', ({ serviceMs, limitMs }) => {
    // A thousand handshakes or so: of fewer the 99th in a hundred is chance.
    const seconds = Math.max(5, serviceMs);
    const isKept = (perSecond: number, random: Random): boolean => p99Of(perSecond, serviceMs, { seconds, random }) < limitMs;
    const truth = rateKeptByHalf(500 / serviceMs, (perSecond, seed) => isKept(perSecond, seededRandom(seed)));
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const { foundPerSecond = 0 } = search(seed * 40, 0.05, (perSecond) => isKept(perSecond, random));
      expect(foundPerSecond / truth).toBeGreaterThan(0.93);
      expect(foundPerSecond / truth).toBeLessThan(1.05);
    }
  });

  it('is found in spite of a machine that disturbs one trial in twelve', () => {
    const runs = Array.from({ length: 200 }, (_, seed) => {
      const random = seededRandom(seed + 1);
      return search(150, 0.05, (perSecond) => perSecond <= 187 && random() > 1 / 12);
    });
    const near = runs.filter(({ foundPerSecond = 0 }) => foundPerSecond > 187 * 0.9 && foundPerSecond <= 187);
    // A disturbed trial ends up as the end that fails, and is repeated there.
    expect(near.length / runs.length).toBeGreaterThan(0.95);
    for (const run of runs) expect(run.trials.length).toBeLessThan(MOST_TRIALS);
  });
});
