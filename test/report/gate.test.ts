import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../src/analysis/notices/notices.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { GateDecision, GateResult } from '../../src/domain/gate.ts';
import { FORMATS, render, type Format } from '../../src/report/formats.ts';
import { caveatText } from '../../src/report/text/caveat.ts';
import { selfTestStep, selfTestVerdict } from '../../src/report/gate/self-test-text.ts';
import { beforeAndAfter, HOSTILE } from './fake-run.ts';
import { expectGolden } from './golden.ts';

const result = (change: Partial<GateResult>): GateResult => ({
  gate: 'ticket.p99 < 25ms',
  cell: 'after TLS 1.3 ticket',
  outcome: 'passed',
  unit: 'ns',
  value: 12_345_678,
  low: 11_000_000,
  high: 14_000_000,
  operator: '<',
  limit: 25e6,
  pValue: 0.9,
  pAdjusted: 1,
  samples: 24,
  caveat: null,
  cleared: 0,
  ...change,
});

const decision: GateDecision = {
  outcome: 'failed',
  alpha: 0.01,
  alphaPerLook: 0.01 / 3,
  rounds: 24,
  attempts: 2,
  results: [
    result({}),
    result({
      gate: 'full.cpu.server regresses < 5%',
      outcome: 'failed',
      unit: 'change',
      value: 1.187,
      low: 1.12,
      high: 1.25,
      limit: 1.05,
    }),
    result({
      gate: 'ticket.p50 <= 0.8 * full.p50',
      unit: 'multiple',
      value: 0.61,
      low: 0.6,
      high: 0.63,
      operator: '<=',
      limit: 0.8,
    }),
    result({ gate: 'ticket.resumed >= 99%', unit: 'share', value: 1, low: 0.9987, high: 1, operator: '>=', limit: 0.99 }),
    result({
      gate: 'ticket.resumed regresses < 1%',
      unit: 'points',
      value: 0,
      low: 0,
      high: 0,
      operator: '>',
      limit: -0.01,
      cleared: 1,
    }),
    result({ gate: 'full.p50 < 12ms', outcome: 'inconclusive', limit: 12e6 }),
    result({
      gate: 'full.p90 regresses < 5%',
      outcome: 'inconclusive',
      unit: 'change',
      value: 1.2,
      low: 1.06,
      high: 1.3,
      limit: 1.05,
    }),
    result({
      gate: 'full.rate > 500/s',
      outcome: 'inconclusive',
      unit: 'per-second',
      value: 612,
      low: null,
      high: null,
      operator: '>',
      limit: 500,
      caveat: { code: 'few-rounds', rounds: 5, needed: 9 },
    }),
    result({
      gate: `full.p50 < 1ms ${HOSTILE}`,
      cell: HOSTILE,
      outcome: 'inconclusive',
      value: null,
      low: null,
      high: null,
      caveat: { code: 'none-honoured' },
    }),
  ],
};

const run = beforeAndAfter();
const judged = { ...run, notices: noticesOf(summarizeRun(run)) };

const EXTENSIONS: Partial<Record<Format, string>> = { table: 'txt', markdown: 'md', junit: 'junit.xml', github: 'github.txt' };

describe('a run with gates', () => {
  it.each(Object.entries(EXTENSIONS) as [Format, string][])('as %s is as its golden file', (format, extension) => {
    expectGolden(`gated.${extension}`, render(summarizeRun(judged), format, { decision }));
  });

  it('as JSON holds what they came to beside the record', () => {
    const { gates, ...record } = JSON.parse(render(summarizeRun(judged), 'json', { decision })) as { readonly gates: unknown };
    expect(gates).toEqual(JSON.parse(JSON.stringify(decision)));
    expect(record).toEqual(judged);
  });

  it.each(FORMATS)('brings nothing of a hostile name into %s', (format) => {
    const text = render(summarizeRun(judged), format, { decision });
    expect(text).not.toMatch(/\u001B|\u202E|\bNaN\b|\bundefined\b/u);
    if (['markdown', 'junit', 'html'].includes(format)) expect(text).not.toMatch(/<img/u);
    if (format === 'markdown') expect(text).not.toMatch(/@all/u);
  });

  it('is one workflow command per line, and none that a name could begin', () => {
    const lines = render(summarizeRun(judged), 'github', { decision }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,\n]+::[^\n]+$/u);
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(1);
  });
});

it('every caveat has words', () => {
  const caveats = [
    { code: 'run-not-complete', status: 'interrupted' },
    { code: 'no-cell' },
    { code: 'nothing-measured' },
    { code: 'none-honoured' },
    { code: 'unknown-metric' },
    { code: 'unknown-metric', needs: 'schedule' },
    { code: 'unknown-metric', needs: 'request' },
    { code: 'few-handshakes', perBlock: 160, needed: 1000 },
    { code: 'few-rounds', rounds: 5, needed: 9 },
    { code: 'few-pairs', pairs: 6, needed: 7 },
    { code: 'invalid-blocks', invalid: 7, of: 20 },
    { code: 'saturated', saturated: 12, of: 20 },
    { code: 'no-baseline' },
    { code: 'single-baseline' },
    { code: 'few-baselines', runs: 3, needed: 5 },
    { code: 'single-run' },
    { code: 'few-runs', runs: 2, needed: 5 },
    { code: 'unconfirmed', failed: 1, of: 3 },
  ] as const;
  expectGolden('every-caveat.txt', `${caveats.map(caveatText).join('\n')}\n`);
});

it('a self-test tells what it did', () => {
  const step = { workNs: 0, p50Ns: 812_345, decision } as const;
  const passed = { ...decision, outcome: 'passed', results: decision.results.slice(0, 1) } as const;
  const steps = [
    selfTestStep({ ...step, kind: 'same', decision: passed }),
    selfTestStep({ ...step, kind: 'worse', workNs: 162_469 }),
  ];
  const verdicts = (['proven', 'undecided', 'wrong'] as const).map(selfTestVerdict);
  expectGolden('self-test.txt', `${[...steps, ...verdicts].join('\n')}\n`);
});
