import { expect, it } from 'vitest';
import { plateauOf } from '../../../src/analysis/notices/plateau.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { seededRandom } from '../../../src/stats/random.ts';

const MS = 1e6;

/** So many of each: around a time in ms, within a width. */
const mixOf = (...parts: readonly (readonly [count: number, ms: number, widthMs: number])[]): LatencyHistogram => {
  const random = seededRandom(5);
  const histogram = new LatencyHistogram();
  for (const [count, ms, width] of parts)
    for (let i = 0; i < count; i++) histogram.record(Math.round((ms + (random() - 0.5) * width) * MS));
  return histogram;
};

it.each([
  {
    what: 'one in ten at 42 ms',
    mix: [
      [900, 1.2, 1],
      [100, 42, 3],
    ],
    floorMs: 0,
    timerMs: 40,
    isBesideFast: true,
  },
  { what: 'all of them', mix: [[500, 43, 2]], floorMs: 0, timerMs: 40, isBesideFast: false },
  {
    what: 'on a busy machine',
    mix: [
      [400, 45, 4],
      [150, 52, 10],
      [50, 80, 40],
    ],
    floorMs: 0,
    timerMs: 40,
    isBesideFast: false,
  },
  {
    what: 'one in ten at 203 ms',
    mix: [
      [900, 1.2, 1],
      [100, 203, 5],
    ],
    floorMs: 0,
    timerMs: 200,
    isBesideFast: true,
  },
  {
    what: 'behind a way of 80 ms',
    mix: [
      [900, 82, 2],
      [100, 122, 2],
    ],
    floorMs: 80,
    timerMs: 40,
    isBesideFast: true,
  },
] as const)('sees a plateau: $what', ({ mix, floorMs, timerMs, isBesideFast }) => {
  const plateau = plateauOf(mixOf(...mix), floorMs * MS);
  expect(plateau).toMatchObject({ timerMs, isBesideFast });
});

it.each([
  { what: 'fast handshakes', mix: [[1000, 1.2, 1]], floorMs: 0 },
  { what: 'a long way', mix: [[1000, 41, 2]], floorMs: 40 },
  {
    what: 'a few stragglers',
    mix: [
      [990, 1.2, 1],
      [10, 42, 2],
    ],
    floorMs: 0,
  },
  { what: 'a queue as broad as queues are', mix: [[1000, 42, 40]], floorMs: 0 },
  { what: 'a server that is held back by 50 ms', mix: [[1000, 51, 1]], floorMs: 0 },
  { what: 'too few to say', mix: [[9, 42, 1]], floorMs: 0 },
] as const)('sees none: $what', ({ mix, floorMs }) => {
  expect(plateauOf(mixOf(...mix), floorMs * MS)).toBeUndefined();
});
