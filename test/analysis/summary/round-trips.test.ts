import { expect, it } from 'vitest';
import { countedTrips, roundTripsOf } from '../../../src/analysis/summary/round-trips.ts';
import type { Mode } from '../../../src/domain/mode.ts';
import type { Protocol } from '../../../src/domain/protocol.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';

const MS = 1e6;

const histogramOf = (...ms: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const one of ms) histogram.record(Math.round(one * MS));
  return histogram;
};

it.each([
  { what: 'two trips and some work', ms: 81.5, rttMs: 40, trips: 2 },
  { what: 'a connect that was a little slower than the trips', ms: 79, rttMs: 40, trips: 2 },
  { what: 'one trip', ms: 41, rttMs: 40, trips: 1 },
  { what: 'none', ms: 0.3, rttMs: 40, trips: 0 },
  { what: 'work as long as the better half of a trip', ms: 66, rttMs: 40, trips: undefined },
  { what: 'a way that is too short to count', ms: 1.2, rttMs: 0.05, trips: undefined },
  { what: 'a handshake that is slow on a short way', ms: 20.2, rttMs: 2, trips: undefined },
])('counts $trips round trips in $ms ms at $rttMs ms: $what', ({ ms, rttMs, trips }) => {
  expect(countedTrips(ms * MS, rttMs * MS)).toBe(trips);
});

it.each<[Protocol, Mode, number]>([
  ['TLSv1.2', 'full', 2],
  ['TLSv1.2', 'session-id', 1],
  ['TLSv1.2', 'ticket', 1],
  ['TLSv1.3', 'full', 1],
  ['TLSv1.3', 'ticket', 1],
  ['TLSv1.3', 'early-data', 1],
])('knows that %s %s needs %i', (protocol, mode, needed) => {
  const times = { protocol, mode, connectNs: histogramOf(0.05), handshakeNs: histogramOf(1) };
  expect(roundTripsOf(times)).toMatchObject({ needed, taken: undefined, remainderNs: (1 - needed * 0.05) * MS });
});

it('tells the median apart into the way, by the shortest connect, and what is left', () => {
  const trips = roundTripsOf({
    protocol: 'TLSv1.2',
    mode: 'full',
    connectNs: histogramOf(40, 44, 90),
    handshakeNs: histogramOf(81, 85, 200),
  });
  expect(trips).toMatchObject({ rttNs: 40 * MS, needed: 2, taken: 2 });
  expect((trips?.remainderNs ?? 0) / MS).toBeCloseTo(5, 0);
});

it('has nothing to say where nothing was measured', () => {
  const empty = new LatencyHistogram();
  expect(roundTripsOf({ protocol: 'TLSv1.3', mode: 'full', connectNs: empty, handshakeNs: empty })).toBeUndefined();
});
