import { expect, it } from 'vitest';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { alignedRows, terminalReport, type TerminalStyle } from '../../src/report/terminal.ts';
import { beforeAndAfter, fakeRun, fakeState, troubled } from './fake-run.ts';

const lines = (run: RunRecord, style: TerminalStyle = {}): string[] => terminalReport(summarizeRun(run), style).split('\n');

it('puts text to the left and numbers to the right', () => {
  const columns = [
    { head: 'mode', align: 'left', reading: '', yields: 0 },
    { head: 'p50', align: 'right', reading: '', yields: 0 },
  ] as const;
  expect(alignedRows({ columns, rows: [['full', '1.20 ms'], ['ticket', '-']] })).toEqual([
    'mode        p50',
    'full    1.20 ms',
    'ticket        -',
  ]); // prettier-ignore
});

it('takes columns away until the table fits, and names them', () => {
  const narrow = lines(beforeAndAfter(), { columns: 80 });
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(narrow).toContain('3 columns do not fit: CPU client, p90, resumed by');
});

it('keeps what identifies a row and the numbers that count, however narrow', () => {
  const [head = ''] = lines(beforeAndAfter(), { columns: 20 }).filter((line) => line.startsWith('state'));
  expect(head.split(/ {2,}/u)).toEqual(['state', 'protocol', 'mode', 'p50', 'rate', 'CPU server', 'honoured']);
});

it('takes nothing away where there is no terminal', () => {
  const [head = ''] = lines(beforeAndAfter(), { columns: 0 }).filter((line) => line.startsWith('state'));
  expect(head).toMatch(/p90 .*CPU client/u);
});

it('lifts out what is the same in all rows, and columns that are nowhere known', () => {
  const text = terminalReport(summarizeRun(troubled()));
  expect(text).toMatch(/^state server · key rsa-2048 · target edge\.example:443 at \[2001:db8::1\] · engine node/mu);
  expect(text).not.toMatch(/^state {2}|CPU server/mu);
});

it('names the targets of states that point to different ones', () => {
  const run = fakeRun([{ state: 'before' }, { state: 'after' }], {
    states: [fakeState({ label: 'before', target: 'a:443' }), fakeState({ label: 'after', target: 'b:443' })],
  });
  expect(terminalReport(summarizeRun(run))).toContain('target before: a:443 · target after: b:443');
});

it('colours what was saved, and only when asked to', () => {
  expect(terminalReport(summarizeRun(beforeAndAfter()), { colour: true })).toMatch(/\u001B\[32mafter TLS 1\.2 ticket: p50 -63%/u);
  expect(terminalReport(summarizeRun(beforeAndAfter()))).not.toContain('\u001B');
});

it('says in its title that a run did not end as planned', () => {
  expect(lines(troubled())[0]).toBe('trouble, 2026-01-02 03:04 UTC, interrupted');
  expect(lines(fakeRun([{}]))[0]).toBe('fake, 2026-01-02 03:04 UTC');
});
