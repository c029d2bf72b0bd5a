import { expect, it } from 'vitest';
import type { CapacityRecord } from '../../../src/domain/capacity-record.ts';
import { capacityLines } from '../../../src/report/text/capacity.ts';
import { fakeRun } from '../fake-run.ts';

const FAILED = { perSecond: 129, responseNs: 55_100_000, medianNs: null, errorShare: 0.02, achievedPerSecond: 120 } as const;

const FOUND: CapacityRecord = {
  cells: ['server.TLSv1.2.full'],
  objective: { name: 'p99', quantile: 0.99, limitNs: 25_000_000 },
  maxErrors: 0.001,
  tolerance: 0.05,
  trials: [
    { perSecond: 125, verdict: 'sustained', responseNs: 20_000_000, medianNs: null, errorShare: 0, achievedPerSecond: 125 },
    { ...FAILED, verdict: 'too-slow' },
  ],
  foundPerSecond: 125,
  failsPerSecond: 129,
  isConfirmed: true,
  isOver: true,
};

it.each<[Partial<CapacityRecord>, string]>([
  [{}, 'sustains 125/s with p99 < 25.0 ms and at most 0.1% errors, confirmed within 5%; at 129/s p99 was 55.1 ms (2 trials)'],
  [
    { isConfirmed: false, maxErrors: 0, trials: [{ ...FAILED, verdict: 'errors' }] },
    'sustains 125/s with p99 < 25.0 ms and no errors, not confirmed; at 129/s 2% failed (1 trial)',
  ],
  [
    { trials: [{ ...FAILED, verdict: 'generator' }] },
    'sustains 125/s with p99 < 25.0 ms and at most 0.1% errors, confirmed within 5%; at 129/s this generator was too slow (1 trial)',
  ],
  [{ failsPerSecond: null }, 'sustains 125/s with p99 < 25.0 ms and at most 0.1% errors; no higher rate failed (2 trials)'],
  [{ foundPerSecond: null }, 'no rate with p99 < 25.0 ms and at most 0.1% errors (2 trials)'],
  [
    { isOver: false, foundPerSecond: null },
    'still searching for a rate with p99 < 25.0 ms and at most 0.1% errors (2 trials so far)',
  ],
])('tells a search in a sentence: %j', (change, sentence) => {
  expect(capacityLines(fakeRun([{}], { capacity: [{ ...FOUND, ...change }] }))).toEqual([`server TLS 1.2 full: ${sentence}`]);
});
