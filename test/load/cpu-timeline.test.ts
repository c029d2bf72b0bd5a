import { describe, expect, it } from 'vitest';
import type { CpuMeter } from '../../src/cpu/meter.ts';
import { CpuTimeline } from '../../src/load/cpu-timeline.ts';

/** A meter whose spans give these values, one at each reading; another list for each span. */
const meterOf = (...spans: readonly (readonly (number | undefined)[])[]): CpuMeter => {
  const left = spans.map((values) => [...values]);
  return {
    source: { state: 'known', text: 'a test' },
    start: () => {
      const values = left.shift() ?? [];
      return {
        look: () => undefined,
        cpuNs: () => values.shift(),
        used: () => ({ cpuNs: undefined, cpuAbsence: null, quota: null, forwardsTo: [], pids: [] }),
      };
    },
  };
};

const readingsOf = (meter: CpuMeter, reads: number) => {
  const timeline = new CpuTimeline(meter, meter.start());
  for (let i = 0; i < reads; i++) timeline.read();
  return timeline.since(0);
};

describe("a server's CPU time over time", () => {
  it('is what was used between one reading and the next, which follow each other without a gap', () => {
    const readings = readingsOf(meterOf([0, 100, 250]), 2);
    expect(readings.map(({ usedNs }) => usedNs)).toEqual([100, 150]);
    expect(readings[1]?.fromNs).toBe(readings[0]?.toNs);
    for (const { fromNs, toNs } of readings) expect(toNs).toBeGreaterThanOrEqual(fromNs);
  });

  it('goes on with the processes that have replaced others, with a gap between them', () => {
    const readings = readingsOf(meterOf([0, 100, undefined], [0, 40, 70]), 4);
    expect(readings.map(({ usedNs }) => usedNs)).toEqual([100, 40, 30]);
    expect(readings[1]?.fromNs).toBeGreaterThanOrEqual(readings[0]?.toNs ?? Infinity);
    expect(readings[2]?.fromNs).toBe(readings[1]?.toNs);
  });

  it('is not known while there is no server to be found', () => {
    expect(readingsOf(meterOf([undefined], [undefined], [undefined], [0, 5]), 3)).toMatchObject([{ usedNs: 5 }]);
  });
});
