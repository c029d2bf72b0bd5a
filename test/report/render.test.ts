import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import { formatChange, formatDuration, formatRate, formatShare } from '../../src/report/format.ts';
import { FORMATS, render } from '../../src/report/formats.ts';
import { noticeText } from '../../src/report/notice-text.ts';
import { fakeRun } from './fake-run.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/** UPDATE_GOLDEN=1 writes what is rendered now; look at the difference before you keep it. */
const golden = (name: string, text: string): void => {
  const path = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(path)) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
};

it.each(FORMATS)('renders %s as its golden file', (format) => {
  golden(`run.${format}`, render(fakeRun(), format, { colour: false }));
});

it('renders the notices as their golden file', () => {
  golden('notices.txt', fakeRun().notices.map(noticeText).join('\n'));
});

it('lets no control character of a peer reach a terminal, and no markup a page', () => {
  expect(render(fakeRun(), 'table', { colour: false })).not.toMatch(/\u001B/u);
  expect(render(fakeRun(), 'markdown', { colour: false })).not.toMatch(/[^\\]<script/u);
});

describe('summary.csv', () => {
  const text = render(fakeRun(), 'csv', { colour: false });
  const rows = parse<Record<string, string>>(text, { columns: true });

  it('begins with the columns of the contract, in its order', () => {
    expect(text.split('\n')[0]).toBe(
      'run_id,state,target,protocol,mode,mechanism,cipher,group,key_type,handshakes,honoured,declined,errors,rate_per_s,min_ns,p50_ns,p90_ns,p95_ns,p99_ns,p999_ns,max_ns,mean_ns,connect_p50_ns,cpu_client_ns,cpu_server_ns,bytes_in,bytes_out,status,honoured_share',
    );
  });

  it('gives the numbers of the record', () => {
    for (const [i, cell] of summarize(fakeRun()).entries()) {
      expect(rows[i]?.['p99_ns']).toBe(cell.handshakeNs.quantileNs(0.99)?.toString() ?? '');
      expect(rows[i]?.['cpu_server_ns']).toBe(cell.cpuServerNs === undefined ? '' : String(Math.round(cell.cpuServerNs)));
    }
  });

  it('leaves unknown empty, and makes no formula of what a peer says', () => {
    expect(rows[0]?.['cpu_server_ns']).toBe('');
    expect(rows[1]?.['p50_ns']).toBe('');
    expect(rows[0]?.['cipher']).toBe("'=cmd()|<script>");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/u);
  });

  it('counts no block that is not valid', () => {
    expect(rows.find((row) => row['mode'] === 'ticket' && row['state'] === 'after')?.['handshakes']).toBe('100');
  });
});

it('blocks.csv has the columns of the contract, and time in full digits', () => {
  const text = render(fakeRun(), 'blocks-csv', { colour: false });
  expect(text.split('\n')[0]).toBe(
    'run_id,round,order,state,protocol,mode,start_unix_ns,duration_ns,handshakes,honoured,declined,errors,p50_ns,p90_ns,p99_ns,cpu_client_ns,cpu_server_ns,valid,invalid_reason',
  );
  expect(text).toContain(',1790000001123456789,');
});

it.each([
  [1, '1 ns'],
  [999, '999 ns'],
  [999.6, '1.00 us'],
  [12_345, '12.3 us'],
  [412_345, '412 us'],
  [999_600, '1.00 ms'],
  [1_234_567, '1.23 ms'],
  [99_960_000, '100 ms'],
  [4_560_000_000, '4.56 s'],
  [undefined, '-'],
])('formats %d ns as %s', (ns, text) => {
  expect(formatDuration(ns)).toBe(text);
});

it('rounds no share up to all and none down to nothing', () => {
  expect([1, 0.9999, 0.5, 0.0001, 0].map(formatShare)).toEqual(['100 %', '99.9 %', '50.0 %', '0.1 %', '0 %']);
});

it('signs changes and groups rates', () => {
  expect([-0.63, 0.07, 0.001].map(formatChange)).toEqual(['-63 %', '+7 %', '±0 %']);
  expect(formatRate(12_345.6)).toBe('12,346/s');
});
