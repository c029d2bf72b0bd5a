import { describe, expect, it } from 'vitest';
import { series, sum } from '../../src/domain/mergeable.ts';
import { INTERVALS, type IntervalCounts } from '../../src/domain/timeline-record.ts';
import { seededRandom } from '../../src/stats/random.ts';

const COUNTS = series(sum());

const counted = (...at: readonly number[]) => {
  const counter = COUNTS.counter();
  for (const index of at) counter.at(index).add();
  return counter.report();
};

/** What one worker counts of a window, at random. */
const drawn = (seed: number): readonly IntervalCounts[] => {
  const random = seededRandom(seed);
  const counter = INTERVALS.counter();
  for (let i = 0; i < 60; i++) {
    const { handshakes, honoured, errors, latencyNs } = counter.at(Math.floor(random() * 6));
    if (random() < 0.1) errors.add();
    else handshakes.add();
    if (random() < 0.5) continue;
    honoured.add();
    latencyNs.record(Math.floor(random() * 1e8));
  }
  return counter.report();
};

describe('a series', () => {
  it('has every interval up to the last one in which anything was counted', () => {
    expect(counted()).toEqual([]);
    expect(counted(3, 1, 3)).toEqual([0, 1, 0, 2]);
  });

  it('merges interval by interval, also where one part is longer', () => {
    expect(COUNTS.merge([counted(0, 1), counted(1, 3), counted()])).toEqual([1, 2, 0, 1]);
    expect(COUNTS.merge([])).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('of counts and durations merges associatively (seed %i)', (seed) => {
    const [a, b, c] = [drawn(seed), drawn(seed + 10), drawn(seed + 20)];
    const all = INTERVALS.merge([a, b, c]);
    expect(INTERVALS.merge([INTERVALS.merge([a, b]), c])).toEqual(all);
    expect(INTERVALS.merge([c, INTERVALS.merge([b, a])])).toEqual(all);
    expect(INTERVALS.merge([INTERVALS.merge([]), a])).toEqual(a);
  });

  it('is the same after a message', () => {
    const intervals = drawn(7);
    expect(INTERVALS.schema.parse(JSON.parse(JSON.stringify(intervals)))).toEqual(intervals);
  });
});
