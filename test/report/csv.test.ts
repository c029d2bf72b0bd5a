import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { blocksCsv, summaryCsv } from '../../src/report/run-csv.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { beforeAndAfter, fakeRun, fakeState, troubled } from './fake-run.ts';

/** The columns that others have built on. New ones stand behind them; these never change. */
const SUMMARY_COLUMNS =
  'run_id,state,target,protocol,mode,mechanism,cipher,group,key_type,handshakes,honoured,declined,errors,rate_per_s,min_ns,p50_ns,p90_ns,p95_ns,p99_ns,p999_ns,max_ns,mean_ns,connect_p50_ns,cpu_client_ns,cpu_server_ns,bytes_in,bytes_out,status';
const BLOCK_COLUMNS =
  'run_id,round,order,state,protocol,mode,start_unix_ns,duration_ns,handshakes,honoured,declined,errors,p50_ns,p90_ns,p99_ns,cpu_client_ns,cpu_server_ns,valid,invalid_reason';

type Row = Readonly<Record<string, string>>;

const read = (text: string): Row[] => parse(text, { columns: true });

/** A cell of a file as a number; empty is `undefined`. */
const number = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text));

const whole = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.round(value));

const RUNS: readonly (readonly [string, RunRecord])[] = [
  ['before and after', beforeAndAfter()],
  ['trouble', troubled()],
];

describe.each(RUNS)('summary.csv of %s', (_, run) => {
  const text = summaryCsv([summarizeRun(run)]);
  const rows = read(text);
  const cells = summarize(run);

  it('begins with the columns of the contract, in their order', () => {
    expect(text.split('\n')[0]?.startsWith(`${SUMMARY_COLUMNS},`)).toBe(true);
  });

  it('read by another reader gives the numbers of the record', () => {
    expect(rows).toHaveLength(run.cells.length);
    for (const [i, cell] of cells.entries()) {
      const row = rows[i] ?? {};
      const quantile = (p: number): number | undefined => cell.handshakeNs.quantileNs(p);
      expect(row).toMatchObject({
        run_id: run.id,
        state: cell.state,
        protocol: cell.protocol,
        mode: cell.mode,
        status: cell.status,
      });
      expect([row['mechanism'], row['cipher'], row['group'], row['key_type']]).toEqual(
        [cell.mechanism, cell.cipher, cell.group, cell.keyType].map((value) => value ?? ''),
      );
      const columns = [
        'handshakes',
        'honoured',
        'declined',
        'errors',
        'min_ns',
        'p50_ns',
        'p90_ns',
        'p95_ns',
        'p99_ns',
        'p999_ns',
      ];
      expect(columns.map((column) => number(row[column]))).toEqual([
        cell.handshakes,
        cell.honoured,
        cell.declined,
        cell.errors,
        ...[0, 0.5, 0.9, 0.95, 0.99, 0.999].map(quantile),
      ]);
      expect(
        ['max_ns', 'mean_ns', 'connect_p50_ns', 'cpu_client_ns', 'cpu_server_ns', 'bytes_in', 'bytes_out'].map((c) =>
          number(row[c]),
        ),
      ).toEqual(
        [
          quantile(1),
          cell.handshakeNs.meanNs,
          cell.connectNs.quantileNs(0.5),
          cell.cpuClientNs,
          cell.cpuServerNs,
          cell.bytesIn,
          cell.bytesOut,
        ].map(whole),
      );
      expect(number(row['rate_per_s'])).toBeCloseTo(cell.ratePerSecond ?? Number.NaN, 3);
      expect(number(row['honoured_share'])).toBe(cell.honouredShare);
    }
  });

  it('has whole numbers of ns, and leaves empty what is absent', () => {
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) if (column.endsWith('_ns')) expect(value).toMatch(/^\d*$/u);
      if (row['honoured'] === '0') expect([row['p50_ns'], row['cpu_client_ns'], row['bytes_in']]).toEqual(['', '', '']);
    }
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/u);
  });
});

describe('blocks.csv', () => {
  const run = beforeAndAfter();
  const text = blocksCsv([summarizeRun(run)]);
  const rows = read(text);

  it('begins with the columns of the contract, in their order', () => {
    expect(text.split('\n')[0]?.startsWith(`${BLOCK_COLUMNS},`)).toBe(true);
  });

  it('read by another reader gives the numbers of the record', () => {
    expect(rows).toHaveLength(run.blocks.length);
    for (const [i, block] of run.blocks.entries()) {
      const row = rows[i] ?? {};
      const histogram = LatencyHistogram.decode(block.handshakeNs);
      expect(`${row['state'] ?? ''}.${row['protocol'] ?? ''}.${row['mode'] ?? ''}`).toBe(block.cell);
      expect(row['start_unix_ns']).toBe(block.startUnixNs);
      expect(
        ['round', 'order', 'duration_ns', 'handshakes', 'honoured', 'declined'].map((column) => number(row[column])),
      ).toEqual([
        block.round,
        block.position,
        block.durationNs,
        block.handshakes,
        block.honoured,
        block.handshakes - block.honoured,
      ]);
      expect(['p50_ns', 'p90_ns', 'p99_ns'].map((column) => number(row[column]))).toEqual(
        [0.5, 0.9, 0.99].map((p) => histogram.quantileNs(p)),
      );
      const perHonoured = block.honoured === 0 ? undefined : whole((block.cpuServerNs ?? 0) / block.honoured);
      expect(number(row['cpu_server_ns'])).toBe(perHonoured);
    }
  });

  it('keeps time in full digits and says of each block whether it counts', () => {
    const blocks = run.blocks.map((block, i) =>
      i === 3 ? { ...block, valid: false, invalidReason: 'the target failed' } : block,
    );
    const read3 = read(blocksCsv([summarizeRun({ ...run, blocks })]))[3];
    expect(read3).toMatchObject({ valid: 'false', invalid_reason: 'the target failed' });
    expect(rows[3]).toMatchObject({ valid: 'true', invalid_reason: '' });
    expect(rows[0]?.['start_unix_ns']).toBe('1767323045000123456');
  });
});

it('counts no invalid block in the summary', () => {
  const run = fakeRun([{ honoured: 10, blocks: 3 }]);
  const blocks = run.blocks.map((block, i) => (i === 0 ? { ...block, valid: false, invalidReason: 'x' } : block));
  expect(read(summaryCsv([summarizeRun({ ...run, blocks })]))[0]?.['handshakes']).toBe('20');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\uFF1D1', '=a,"b"'])('makes no formula of %s', (target) => {
  const run = fakeRun([{}], { states: [fakeState({ target })] });
  expect(read(summaryCsv([summarizeRun(run)]))[0]?.['target']).toBe(`'${target}`);
});

it('writes a share that is nearly all as nearly all', () => {
  const run = fakeRun([{ honoured: 100_000, declined: { refused: 1 }, blocks: 1 }]);
  expect(Number(read(summaryCsv([summarizeRun(run)]))[0]?.['honoured_share'])).toBeLessThan(1);
});
