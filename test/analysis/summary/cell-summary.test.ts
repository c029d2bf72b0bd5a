import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../src/analysis/metrics/catalogue.ts';
import { savings } from '../../../src/analysis/summary/saving.ts';
import { summarize, type CellSummary } from '../../../src/analysis/summary/cell-summary.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { beforeAndAfter, fakeRun, type FakeCell } from '../../report/fake-run.ts';

const only = (run: RunRecord): CellSummary => {
  const [cell] = summarize(run);
  if (cell === undefined) throw new Error('the run has no cell');
  return cell;
};

const ticket: FakeCell = { mode: 'ticket', mechanism: 'ticket' };

describe('a cell over its blocks', () => {
  it('merges histograms instead of averaging percentiles', () => {
    const run = fakeRun([{}, ticket]);
    const blocks = run.blocks.filter((block) => block.cell === 'server.TLSv1.2.full');
    const merged = LatencyHistogram.merged(blocks.map((block) => LatencyHistogram.decode(block.handshakeNs)));
    expect(only(run).handshakeNs.encode()).toEqual(merged.encode());
  });

  it('has its rate over measured time, and CPU and bytes per honoured handshake', () => {
    const cell = only(fakeRun([{ ...ticket, honoured: 100, declined: { refused: 100 }, cpuServerNs: 500_000 }]));
    expect(cell).toMatchObject({ ratePerSecond: 250, honouredShare: 0.5, cpuServerNs: 1_000_000, bytesIn: 2800 });
  });

  it('has no server CPU when one of its blocks has none', () => {
    const run = fakeRun([{}]);
    const blocks = run.blocks.map((block, i) => (i === 4 ? { ...block, cpuServerNs: null } : block));
    expect(only({ ...run, blocks })).toMatchObject({ cpuServerNs: undefined, cpuClientNs: 400_000 });
  });

  it('counts no invalid block', () => {
    const run = fakeRun([{}]);
    const blocks = run.blocks.map((block) => ({ ...block, valid: block.round === 0 }));
    expect(only({ ...run, blocks })).toMatchObject({ handshakes: 160, ratePerSecond: 400 });
  });

  it('names a mechanism only when it was the only one', () => {
    const run = fakeRun([ticket]);
    const blocks = run.blocks.map((block) => ({ ...block, mechanisms: block.round === 0 ? { psk: 160 } : { ticket: 160 } }));
    expect([only(run).mechanism, only({ ...run, blocks }).mechanism]).toEqual(['ticket', 'mixed']);
  });

  it.each<[CellSummary['status'], FakeCell]>([
    ['honoured', {}],
    ['partly', { declined: { refused: 1 } }],
    ['never', { honoured: 0, declined: { refused: 1 }, errors: { reset: 1 } }],
    ['failed', { honoured: 0, errors: { reset: 1 } }],
    ['empty', { honoured: 0 }],
  ])('is %s by what became of its handshakes', (status, cell) => {
    expect(only(fakeRun([cell])).status).toBe(status);
  });

  it('has nothing known of what never happened, and never a 0', () => {
    const cell = only(fakeRun([{ honoured: 0, blocks: 0 }]));
    const counts = ['handshakes', 'honoured', 'declined', 'errors'];
    for (const { id, value } of METRICS) expect(value(cell), id).toBe(counts.includes(id) ? 0 : undefined);
  });
});

it('gives every metric one id and one column', () => {
  for (const key of ['id', 'column'] as const) expect(new Set(METRICS.map((metric) => metric[key])).size).toBe(METRICS.length);
});

describe('savings', () => {
  it('compare with the full handshake of the same state and protocol only', () => {
    const found = savings(summarize(beforeAndAfter()));
    expect(found.map(({ state, protocol, mode }) => `${state} ${protocol} ${mode}`)).toEqual([
      'after TLSv1.2 session-id',
      'after TLSv1.2 ticket',
      'after TLSv1.3 ticket',
    ]);
    expect(found[1]?.change['cpu.server']).toBeCloseTo(-0.75, 12);
    expect(found[2]?.change['cpu.server']).toBeCloseTo(-0.36, 12);
  });

  it('are absent where one side is unknown', () => {
    const [saving] = savings(summarize(fakeRun([{ cpuServerNs: null }, ticket])));
    expect(saving?.change).not.toHaveProperty('cpu.server');
    expect(saving?.change).toHaveProperty('p50');
  });
});
