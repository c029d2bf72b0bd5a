import { expect, it } from 'vitest';
import { isSaturated } from '../../../src/analysis/summary/saturation.ts';
import type { ScheduleCounts } from '../../../src/domain/block-counts.ts';
import type { HostRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../../src/stats/histogram.ts';

const host = (...workers: HostRecord['workers']): HostRecord => ({
  workers,
  mostInFlight: 16,
  fileLimit: null,
  portLimit: null,
  timeWait: null,
  machine: null,
  clockStepped: false,
  quota: null,
});

const histogram = (ns: number) => {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < 1000; i++) histogram.record(ns);
  return histogram.encode();
};

/** So many late by 5 ms among others in time. */
const someLate = (late: number, all: number): EncodedHistogram => {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < all; i++) histogram.record(i < late ? 5_000_000 : 50_000);
  return histogram.encode();
};

const schedule = (change: Partial<ScheduleCounts> = {}, lateNs = 50_000, serviceNs = 1_000_000): ScheduleCounts => ({
  due: 1000,
  dropped: 0,
  connectionLimited: 0,
  lateNs: histogram(lateNs),
  serviceNs: histogram(serviceNs),
  responseNs: histogram(lateNs + serviceNs),
  ...change,
});

const BY_USER_CLOCK = { clock: 'user', split: null } as const;

const ofWorkers = (...workers: HostRecord['workers']): boolean =>
  isSaturated({ hosts: [host(...workers)], schedule: null, ...BY_USER_CLOCK });

it('is told by the busiest worker, and by CPU time only where nothing better is known', () => {
  expect(ofWorkers({ busyShare: 0.2, cpuShare: 0.2, stalledNs: 0 }, { busyShare: 0.91, cpuShare: 0.3, stalledNs: 0 })).toBe(true);
  expect(ofWorkers({ busyShare: 0.89, cpuShare: 0.99, stalledNs: 0 })).toBe(false);
  expect(ofWorkers({ busyShare: null, cpuShare: 0.91, stalledNs: 0 })).toBe(true);
  expect(ofWorkers({ busyShare: null, cpuShare: null, stalledNs: 0 })).toBe(false);
  expect(isSaturated({ hosts: [], schedule: null, ...BY_USER_CLOCK })).toBe(false);
});

it('cannot be where every worker has one handshake at a time: its own work is part of that one', () => {
  const busy = { ...host({ busyShare: 0.97, cpuShare: 0.97, stalledNs: 0 }), mostInFlight: 1 };
  expect(isSaturated({ hosts: [busy], schedule: null, ...BY_USER_CLOCK })).toBe(false);
  expect(isSaturated({ hosts: [{ ...busy, mostInFlight: 2 }], schedule: null, ...BY_USER_CLOCK })).toBe(true);
});

it.each<[string, ScheduleCounts, boolean]>([
  ['starts in time', schedule(), false],
  ['nothing due', schedule({ due: 0, dropped: 0 }), false],
  ['one that was never started', schedule({ dropped: 1 }), true],
  ['starts later than half a handshake takes', schedule({}, 2_000_000, 3_000_000), true],
  ['starts as late, but of long handshakes', schedule({}, 2_000_000, 50_000_000), false],
  ['1 % of the starts late', schedule({ lateNs: someLate(21, 2000) }), true],
  ['less than 1 % of the starts late', schedule({ lateNs: someLate(19, 2000) }), false],
  ['few starts, of which a few are late by chance', schedule({ due: 100, lateNs: someLate(9, 100) }), false],
  ['few starts, of which many are late', schedule({ due: 100, lateNs: someLate(11, 100) }), true],
  ['starts that are late by less than anybody can tell', schedule({}, 900_000, 300_000), false],
  ['starts that waited for a connection to end', schedule({ connectionLimited: 10, dropped: 5 }, 9e9), false],
])('of a schedule with %s', (_, ofSchedule, expected) => {
  expect(isSaturated({ hosts: [], schedule: ofSchedule, ...BY_USER_CLOCK })).toBe(expected);
});
