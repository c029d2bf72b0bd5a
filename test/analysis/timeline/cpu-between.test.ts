import { describe, expect, it } from 'vitest';
import { cpuBetween } from '../../../src/analysis/timeline/cpu-between.ts';

/** Readings at these times, between which so much was used. */
const readings = (atNs: readonly number[], usedNs: readonly number[]) =>
  usedNs.map((used, i) => ({ fromNs: atNs[i] ?? 0, toNs: atNs[i + 1] ?? 0, usedNs: used }));

const perInterval = (of: ReturnType<typeof readings>, count: number) =>
  Array.from({ length: count }, (_, i) => cpuBetween(of, { startNs: i * 100, endNs: (i + 1) * 100 }));

describe('the CPU time of an interval', () => {
  it('is what was used between two readings at its ends', () => {
    expect(perInterval(readings([-10, 0, 100, 200], [7, 50, 80]), 2)).toEqual([50, 80]);
  });

  it('is shared out in time where readings come late, and none of it is lost', () => {
    const shares = perInterval(readings([0, 120, 205, 300], [60, 85, 19]), 3);
    expect(shares).toEqual([50, 90, 24]);
  });

  it('is not known where a reading was missed, or where processes were replaced', () => {
    expect(perInterval(readings([0, 100, 290, 400], [1, 2, 3]), 4)).toEqual([1, undefined, undefined, expect.any(Number)]);
    const replaced = [...readings([0, 100], [5]), ...readings([203, 300], [6])];
    expect(perInterval(replaced, 3)).toEqual([5, undefined, 6]);
    expect(perInterval([], 1)).toEqual([undefined]);
  });
});
