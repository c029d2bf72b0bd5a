import type { EventRecord, ServerAction } from '../../src/domain/event-record.ts';
import type { BlockRecord, RunRecord } from '../../src/domain/run-record.ts';
import type { IntervalCounts, TimelineRecord } from '../../src/domain/timeline-record.ts';
import { CoarseHistogram } from '../../src/stats/coarse-histogram.ts';
import { fakeRun, type FakeCell } from './fake-run.ts';

const S = 1e9;
const MS = 1e6;

/** One interval: handshakes by their outcome, and the server's CPU time in cores; what is left out is none, `null` not known. */
export interface FakeInterval {
  readonly honoured?: number;
  readonly declined?: number;
  readonly failed?: number;
  readonly cores?: number | null;
}

/** So many intervals that are alike. */
export const times = (count: number, interval: FakeInterval): FakeInterval[] => Array.from({ length: count }, () => interval);

export const fakeTimeline = (intervals: readonly FakeInterval[], intervalNs = S): TimelineRecord => ({
  intervalNs,
  intervals: intervals.map(countsOf),
  cpuServer: intervals.flatMap(({ cores = 0 }, i) =>
    cores === null ? [] : [{ fromNs: i * intervalNs, toNs: (i + 1) * intervalNs, usedNs: cores * intervalNs }],
  ),
});

/** Declined handshakes are full ones and take longer, and the honoured ones beside them too. */
const countsOf = ({ honoured = 0, declined = 0, failed = 0 }: FakeInterval): IntervalCounts => {
  const latency = new CoarseHistogram();
  for (let i = 0; i < honoured; i++) latency.record(Math.round((0.4 + 0.02 * (i % 10) + (declined > 0 ? 1 : 0)) * MS));
  return { handshakes: honoured + declined, honoured, errors: failed, latencyNs: latency.encode() };
};

export const fakeEvent = (action: ServerAction, atS: number, change: Partial<EventRecord> = {}): EventRecord => ({
  state: 'server',
  action,
  node: null,
  round: 0,
  position: 0,
  atNs: atS * S,
  tookNs: 3 * MS,
  failure: null,
  ...change,
});

/** One window of some cells over time. */
export const timelineRun = (
  cells: readonly (FakeCell & { readonly intervals: readonly FakeInterval[] })[],
  events: readonly EventRecord[] = [],
  intervalNs = S,
): RunRecord => {
  const run = fakeRun(
    cells.map((cell) => ({ ...cell, blocks: 1 })),
    { name: 'timeline', events: [...events] },
  );
  return { ...run, blocks: run.blocks.map((block, i) => overTime(block, fakeTimeline(cells[i]?.intervals ?? [], intervalNs))) };
};

/** The cells of a mix share the window. */
const overTime = (block: BlockRecord, timeline: TimelineRecord): BlockRecord => ({
  ...block,
  position: 0,
  durationNs: timeline.intervals.length * timeline.intervalNs,
  timeline,
});

/**
 * A fleet under 500/s of which 80 % resume. Its certificate is renewed at 10 s, with keys of its own for tickets: every one of 1,000 clients
 * is declined once. At 18 s a node is stopped, and cannot be started again.
 */
export const renewedFleet = (): RunRecord => {
  const cores = [
    ...times(20, { cores: 0.21 }),
    ...times(7, { cores: 0.6 }),
    ...times(9, { cores: 0.21 }),
    ...times(4, { cores: null }),
  ];
  const withCores = (intervals: readonly FakeInterval[]) => intervals.map((interval, i) => ({ ...interval, ...cores[i] }));
  return timelineRun(
    [
      { mode: 'full', honoured: 2000, intervals: withCores(times(40, { honoured: 50 })) },
      {
        mode: 'ticket',
        mechanism: 'ticket',
        honoured: 6800,
        declined: { refused: 1000 },
        errors: { reset: 200 },
        intervals: withCores([
          ...times(20, { honoured: 200 }),
          ...[200, 190, 170, 150, 130, 100, 60].map((declined) => ({ honoured: 200 - declined, declined })),
          ...times(9, { honoured: 200 }),
          ...times(4, { honoured: 150, failed: 50 }),
        ]),
      },
    ],
    [
      fakeEvent('renew', 10),
      fakeEvent('stop', 18, { node: 2, tookNs: 41 * MS }),
      fakeEvent('start', 19, { node: 2, failure: 'the port 40123 is taken' }),
    ],
    S / 2,
  );
};
