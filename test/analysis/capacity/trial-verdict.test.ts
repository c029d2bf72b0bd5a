import { expect, it } from 'vitest';
import { capacityNotices } from '../../../src/analysis/notices/capacity.ts';
import { markTrials, OTHER_RATE } from '../../../src/analysis/capacity/trial-blocks.ts';
import { judgeTrial, type Demand } from '../../../src/analysis/capacity/trial-verdict.ts';
import type { CapacityRecord } from '../../../src/domain/capacity-record.ts';
import type { BlockRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { fakeRun } from '../../report/fake-run.ts';

const MS = 1e6;
const WINDOW_MS = 1000;
const DEMAND: Demand = { quantile: 0.9, limitNs: 25 * MS, maxErrors: 0.01 };

/** A window of 1 s in which 100 handshakes fell due. */
const recording = ({ honoured = 100, responseMs = 5, slow = 0, durationMs = 1005, saturated = false }): BlockRecord => {
  const [block] = fakeRun([{ blocks: 1 }]).blocks;
  if (block === undefined) throw new RangeError('no block');
  const response = new LatencyHistogram();
  for (let i = 0; i < honoured; i++) response.record((i < slow ? 50 : responseMs) * MS);
  const empty = new LatencyHistogram().encode();
  const schedule = { due: 100, dropped: 0, connectionLimited: 0, lateNs: empty, serviceNs: empty, responseNs: response.encode() };
  return { ...block, honoured, handshakes: honoured, durationNs: durationMs * MS, saturated, schedule };
};

it.each([
  { what: 'all in time', change: {}, verdict: 'sustained' },
  { what: 'a tenth slow, as may be', change: { slow: 9 }, verdict: 'sustained' },
  { what: 'more than a tenth slow', change: { slow: 11 }, verdict: 'too-slow' },
  { what: 'one in a hundred failed, as may be', change: { honoured: 99 }, verdict: 'sustained' },
  { what: 'two in a hundred failed or left out', change: { honoured: 98 }, verdict: 'errors' },
  { what: 'a queue that is worked off after the window', change: { durationMs: 1100 }, verdict: 'behind' },
  { what: 'nothing of the mode', change: { honoured: 0 }, verdict: 'never-honoured' },
  { what: 'a generator that is too slow', change: { slow: 30, saturated: true }, verdict: 'generator' },
  { what: 'a generator that is busy, and yet in time', change: { saturated: true }, verdict: 'sustained' },
])('judges $what as $verdict', ({ change, verdict }) => {
  expect(judgeTrial([recording(change)], DEMAND, WINDOW_MS).verdict).toBe(verdict);
});

it('judges the parts of a mix together, by their common quantile', () => {
  const parts = [recording({ slow: 15 }), recording({})];
  expect(judgeTrial(parts, DEMAND, WINDOW_MS)).toMatchObject({ verdict: 'sustained', errorShare: 0 });
});

const capacity = (change: Partial<CapacityRecord>): CapacityRecord => ({
  cells: ['server.TLSv1.2.full'],
  objective: { name: 'p99', quantile: 0.99, limitNs: 25 * MS },
  maxErrors: 0.001,
  tolerance: 0.05,
  trials: ([200, 300, 200, 300] as const).map((perSecond) => ({
    perSecond,
    verdict: perSecond === 200 ? 'sustained' : 'too-slow',
    responseNs: perSecond * 1e5,
    medianNs: perSecond * 1e5,
    errorShare: 0,
    achievedPerSecond: perSecond,
  })),
  foundPerSecond: 200,
  failsPerSecond: 300,
  isConfirmed: true,
  isOver: true,
  ...change,
});

it('leaves the blocks of other rates out of the result, and of none where the lowest is told', () => {
  const { blocks } = fakeRun([{ blocks: 4 }]);
  const marked = markTrials(blocks, [capacity({})]);
  expect(marked.map(({ valid }) => valid)).toEqual([true, false, true, false]);
  expect(marked[1]?.invalidReason).toBe(OTHER_RATE);
  const none = markTrials(blocks, [capacity({ foundPerSecond: null, failsPerSecond: 200 })]);
  expect(none.map(({ valid }) => valid)).toEqual([true, false, true, false]);
  expect(markTrials(blocks, [])).toEqual(blocks);
});

it.each([
  { what: 'a confirmed one', change: {}, codes: [] },
  { what: 'an unconfirmed one', change: { isConfirmed: false }, codes: ['capacity-unconfirmed'] },
  { what: 'none', change: { foundPerSecond: null }, codes: ['no-capacity'] },
  { what: 'one that is not over', change: { isOver: false, foundPerSecond: null }, codes: [] },
  {
    what: "the generator's own",
    change: {
      trials: capacity({}).trials.map((one) => (one.perSecond === 300 ? { ...one, verdict: 'generator' as const } : one)),
    },
    codes: ['capacity-of-generator'],
  },
])('says of a capacity what has to be known: $what', ({ change, codes }) => {
  const run = fakeRun([{ blocks: 4 }], { capacity: [capacity(change)] });
  expect(capacityNotices(run).map(({ code }) => code)).toEqual(codes);
});
