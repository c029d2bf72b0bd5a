import { describe, expect, expectTypeOf, it } from 'vitest';
import { isMetricId, metric, METRICS, metricNamed, type MetricId } from '../../../src/analysis/metrics/catalogue.ts';
import { judgedValue } from '../../../src/analysis/metrics/metric.ts';
import { summarize, type CellSummary } from '../../../src/analysis/summary/cell-summary.ts';
import type { BlockRecord, RunRecord } from '../../../src/domain/run-record.ts';
import { distant, fakeRun } from '../../report/fake-run.ts';
import { openMix } from '../../report/fake-open-run.ts';

it('has literal types for its ids', () => {
  expectTypeOf<'p50' | 'response.p99' | 'first-byte-after-handshake.p50'>().toExtend<MetricId>();
  expectTypeOf<string>().not.toExtend<MetricId>();
  // @ts-expect-error no metric has this name
  expect(() => metric('nonsense')).toThrow(/no metric "nonsense"/u);
});

it('knows the names that come from a file', () => {
  expect(isMetricId('response.p99')).toBe(true);
  expect(isMetricId('toString')).toBe(false);
  expect(() => metricNamed('p98')).toThrow(/no metric "p98" in this version/u);
});

it.each(['id', 'column'] as const)('no two metrics have one %s', (key) => {
  expect(new Set(METRICS.map((one) => one[key])).size).toBe(METRICS.length);
});

it('names a quantile metric for the quantile that it is', () => {
  for (const { id, quantile } of METRICS.map((one) => metric(one.id))) {
    const [, digits] = /(?:^|\.)p(\d+)$/u.exec(id) ?? [];
    if (digits !== undefined) expect(quantile?.p, id).toBe(Number(`0.${digits}`));
    else expect(quantile === undefined || ['min', 'max'].includes(id.split('.').at(-1) ?? ''), id).toBe(true);
  }
});

describe('a connection that failed counts as slower than any', () => {
  const summaryOf = (run: RunRecord, change: (block: BlockRecord) => Partial<BlockRecord>): CellSummary => {
    const [cell] = summarize({ ...run, blocks: run.blocks.map((block) => ({ ...block, ...change(block) })) });
    if (cell === undefined) throw new Error('no cell');
    return cell;
  };
  const judged = (id: MetricId, cell: CellSummary): number | undefined => judgedValue(metric(id), cell);

  it.each([
    ['p99', fakeRun([{}])],
    ['response.p99', openMix()],
    ['service.p99', openMix()],
    ['first-byte.p99', distant()],
  ] as const)('in %s: 2%% of them lie beyond it, 0.5%% move it', (id, run) => {
    const with2 = summaryOf(run, ({ honoured }) => ({ errors: { closed: honoured / 49 } }));
    expect(judged(id, with2)).toBe(Number.POSITIVE_INFINITY);
    expect(metric(id).value(with2)).toBeLessThan(Number.POSITIVE_INFINITY);
    const withFew = summaryOf(run, ({ honoured }) => ({ errors: { closed: honoured / 199 } }));
    expect(judged(id, withFew)).toBeGreaterThanOrEqual(metric(id).value(withFew) ?? Number.NaN);
    expect(judged(id, withFew)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('in a maximum: one of them is beyond it, and the minimum stays', () => {
    const cell = summaryOf(fakeRun([{}]), () => ({ errors: { reset: 1 } }));
    expect(judged('max', cell)).toBe(Number.POSITIVE_INFINITY);
    expect(judged('min', cell)).toBe(cell.handshakeNs.minNs);
  });

  it('in the TCP connect only when it was that which failed', () => {
    const broken = summaryOf(fakeRun([{}]), ({ honoured }) => ({ errors: { 'alert:internal_error': honoured * 2 } }));
    expect(judged('connect.p50', broken)).toBe(broken.connectNs.quantileNs(0.5));
    const refused = summaryOf(fakeRun([{}]), ({ honoured }) => ({ errors: { refused: honoured * 2 } }));
    expect(judged('connect.p50', refused)).toBe(Number.POSITIVE_INFINITY);
  });

  it('and so does a request without an answer, which a failed handshake never sent', () => {
    const unanswered = (block: BlockRecord): Partial<BlockRecord> => ({
      firstByte: block.firstByte && { ...block.firstByte, unanswered: block.honoured * 2 },
    });
    expect(judged('first-byte-after-handshake.p50', summaryOf(distant(), unanswered))).toBe(Number.POSITIVE_INFINITY);
    const failed = summaryOf(distant(), ({ honoured }) => ({ errors: { closed: honoured * 2 } }));
    expect(judged('first-byte-after-handshake.p50', failed)).toBe(failed.firstByteAfterHandshakeNs.quantileNs(0.5));
  });

  it('but where nothing was timed there is no value', () => {
    const cell = summaryOf(fakeRun([{}]), () => ({ errors: { reset: 1 } }));
    expect(judged('response.p99', cell)).toBeUndefined();
    expect(judged('first-byte.p99', cell)).toBeUndefined();
  });
});
