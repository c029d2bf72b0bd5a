import { describe, expect, it } from 'vitest';
import { FORMATS, render, type Format } from '../../src/report/formats.ts';
import { noticeText } from '../../src/report/text/notice.ts';
import { noticesOf } from '../../src/analysis/notices/notices.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { beforeAndAfter, distant, fakeRun, hostile, HOSTILE, troubled } from './fake-run.ts';
import { openMix } from './fake-open-run.ts';
import { renewedFleet } from './fake-timeline.ts';
import { expectGolden } from './golden.ts';

const withNotices = (run: RunRecord): RunRecord => ({ ...run, notices: [...run.notices, ...noticesOf(summarizeRun(run))] });

const RUNS: readonly (readonly [name: string, run: RunRecord])[] = [
  ['before-after', withNotices(beforeAndAfter())],
  ['trouble', withNotices(troubled())],
  ['distant', withNotices(distant())],
  ['open', withNotices(openMix())],
  ['timeline', withNotices(renewedFleet())],
  ['hostile', hostile()],
];

const EXTENSION: Readonly<Record<Format, string>> = {
  table: 'txt',
  markdown: 'md',
  csv: 'summary.csv',
  'blocks-csv': 'blocks.csv',
  'timeline-csv': 'timeline.csv',
  json: 'json',
  hlog: 'hlog',
  hgrm: 'hgrm',
  html: 'html',
  junit: 'junit.xml',
  github: 'github.txt',
  benchmark: 'benchmark.json',
  bencher: 'bencher.json',
};

describe.each(RUNS)('%s', (name, run) => {
  it.each(FORMATS)('as %s is as its golden file', (format) => {
    expectGolden(`${name}.${EXTENSION[format]}`, render(summarizeRun(run), format));
  });

  it('as notices is as its golden file', () => {
    expectGolden(`${name}.notices.txt`, `${run.notices.map(noticeText).join('\n')}\n`);
  });

  it.each(FORMATS)('as %s ends in a line break and holds no word for a missing value', (format) => {
    const text = render(summarizeRun(run), format);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toMatch(/\bNaN\b|\bundefined\b|\bInfinity\b|\[object /u);
  });
});

it('a run without a single block renders in every format', () => {
  const empty = fakeRun([{ blocks: 0 }, { blocks: 0, mode: 'ticket' }], { status: 'running' });
  for (const format of FORMATS) expect(render(summarizeRun(empty), format)).not.toMatch(/\bNaN\b|\bundefined\b|Infinity/u);
  expect(render(summarizeRun(fakeRun([])), 'html')).toContain('</html>');
});

describe('what a peer says', () => {
  const text = (format: Format): string => render(summarizeRun(hostile()), format, { style: { colour: true } });
  const ESCAPE = '\u001B';

  it.each(FORMATS)('brings no control and no invisible character into %s', (format) => {
    // The table's own colours are the only escapes that may be there.
    const bare = text(format).replace(/\u001B\[\d+m/gu, (colour) =>
      HOSTILE.includes(colour) && format !== 'table' ? colour : '',
    );
    expect(bare).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text('table').split(`${ESCAPE}[31m`)).toHaveLength(1);
  });

  it('is no element and no attribute in HTML', () => {
    expect(text('html')).not.toMatch(/<img|"&lt;img[^>]*onerror=alert\(1\)>|<script/u);
    expect(text('html')).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('is no tag, no mention, no link and no row of its own in Markdown', () => {
    expect(text('markdown')).not.toMatch(/<img|@all|www\.x|\n *b/u);
    for (const line of text('markdown').split('\n')) {
      if (line.startsWith('|')) expect(line.replace(/\\\|/gu, '').match(/\|/gu)).toHaveLength(11);
    }
  });

  it('is a text and not a formula in CSV', () => {
    for (const line of text('csv').split('\n')) expect(line).not.toMatch(/(?:^|,)"?[=+@]/u);
    expect(text('csv')).toContain(`"'=cmd|`);
  });

  it('is the same value in JSON', () => {
    expect(JSON.parse(text('json'))).toEqual(hostile());
  });
});

it('JSON is the record', () => {
  for (const [, run] of RUNS) expect(JSON.parse(render(summarizeRun(run), 'json'))).toEqual(run);
});
