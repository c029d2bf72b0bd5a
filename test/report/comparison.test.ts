import { describe, expect, it } from 'vitest';
import { compareStates } from '../../src/analysis/compare/states.ts';
import { compareStored } from '../../src/analysis/compare/stored.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { comparisonSchema, type Comparison, type ComparisonRow } from '../../src/domain/comparison.ts';
import { decode } from '../../src/domain/zod.ts';
import { COMPARISON_FORMATS, renderComparison, type ComparisonFormat } from '../../src/report/comparison/formats.ts';
import { headlineOf } from '../../src/report/comparison/headline.ts';
import { rowSentence } from '../../src/report/comparison/sentence.ts';
import { beforeAndAfter, fakeRun, hostile } from './fake-run.ts';
import { expectGolden } from './golden.ts';

const first = ([comparison]: readonly Comparison[]): Comparison => {
  if (comparison === undefined) throw new Error('no comparison');
  return comparison;
};

/** Tickets switched on, enough pairs of one full handshake that costs more and one that costs the same. */
const switchedOn = (): Comparison => {
  const off = { honoured: 0, declined: { refused: 160 } } as const;
  const blocks = 12;
  return first(
    compareStates(
      summarizeRun(
        fakeRun(
          [
            { state: 'before', mode: 'full', blocks },
            { state: 'before', mode: 'ticket', blocks, ...off },
            { state: 'after', mode: 'full', blocks },
            { state: 'after', mode: 'ticket', mechanism: 'ticket', medianNs: 700_000, cpuServerNs: 130_000, blocks },
          ],
          { interleave: 'handshake', scenario: { plan: { looks: [12, 24, 48] } } },
        ),
      ),
    ),
  );
};

const single = (): Comparison => {
  const runs = (keyType: string) => [summarizeRun(fakeRun([{ keyType }]))];
  return compareStored(
    { label: 'monday', runs: runs('rsa-2048') },
    { label: 'friday', runs: runs('ecdsa-p256') },
    { settings: { alpha: 0.01, minEffect: 0.05 }, state: undefined, isForced: true },
  );
};

const COMPARISONS: readonly (readonly [name: string, comparison: Comparison])[] = [
  ['switched-on', switchedOn()],
  ['too-few-pairs', first(compareStates(summarizeRun(beforeAndAfter())))],
  ['forced-single', single()],
];

const EXTENSION: Readonly<Record<ComparisonFormat, string>> = { table: 'txt', markdown: 'md', csv: 'csv', json: 'json' };

describe.each(COMPARISONS)('a comparison that is %s', (name, comparison) => {
  it.each(COMPARISON_FORMATS)('as %s is as its golden file', (format) => {
    expectGolden(`compare-${name}.${EXTENSION[format]}`, renderComparison(comparison, format, {}));
  });

  it('comes back from its JSON as it was', () => {
    const json = JSON.parse(renderComparison(comparison, 'json', {})) as Record<string, unknown>;
    expect(json['headline']).toBe(headlineOf(comparison));
    expect(decode(comparisonSchema, json)).toEqual({ ok: true, value: comparison });
  });
});

it('gives the reasons as sentences where a terminal has no room for their column', () => {
  const [, [, comparison]] = COMPARISONS as [unknown, readonly [string, Comparison]];
  const text = renderComparison(comparison, 'table', { columns: 100 });
  const table = text.split('\n').slice(2, 8);
  expect(table[0]).toMatch(/^protocol .* verdict$/u);
  for (const line of table) expect(line.length).toBeLessThanOrEqual(100);
  expect(text).toContain(
    'TLS 1.2 full p50 is inconclusive: 1.21 ms to 1.20 ms (paired change -0.7%); 5 pairs are too few: this level needs 7.',
  );
});

it('has the columns of the contract in its CSV', () => {
  const [header = ''] = renderComparison(switchedOn(), 'csv', {}).split('\n');
  expect(header).toBe(
    'protocol,mode,metric,unit,before,after,ratio,ratio_low,ratio_high,confidence,pairs,p_value,p_adjusted,min_effect,verdict,reason,before_state,after_state',
  );
});

describe('the headline', () => {
  it('names the mode that was switched on, the full handshakes, and what a resumed one saves now', () => {
    expect(headlineOf(switchedOn())).toBe(
      'Session tickets are now on (0% to 100% resumed). Full handshakes unchanged; a ticket saves 42% of p50 and 74% of server CPU.',
    );
  });

  it('says that tickets were switched off', () => {
    const { rows, ...rest } = switchedOn();
    const reversed = rows.map((row): ComparisonRow => ({ ...row, before: row.after, after: row.before }));
    expect(headlineOf({ ...rest, rows: reversed, savings: [] })).toBe(
      'Session tickets are now off (100% to 0% resumed). Full handshakes unchanged.',
    );
  });

  it('says that nothing could be told, and does not call it unchanged', () => {
    expect(headlineOf(first(compareStates(summarizeRun(beforeAndAfter()))))).toContain(
      'Full handshakes: no change beyond the noise',
    );
  });
});

describe('the sentence of a row', () => {
  const row: ComparisonRow = {
    protocol: 'TLSv1.3',
    mode: 'full',
    metric: 'p50',
    per: null,
    role: 'primary',
    before: 1_000_000,
    after: 1_180_000,
    ratio: 1.18,
    ratioLow: 1.12,
    ratioHigh: 1.25,
    confidence: 0.98,
    pairs: 20,
    pValue: 0.0001,
    pAdjusted: 0.0002,
    minEffect: 0.05,
    detectable: 0.08,
    verdict: 'regressed',
    caveat: null,
  };

  it.each<[Partial<ComparisonRow>, string]>([
    [{}, 'TLS 1.3 full p50 regressed: 1.00 ms to 1.18 ms (paired change +18%, 98% confidence interval +12% to +25%).'],
    [
      { verdict: 'inconclusive', ratio: 1.02, ratioLow: 0.99, ratioHigh: 1.09, after: 1_020_000 },
      'TLS 1.3 full p50 is inconclusive: 1.00 ms to 1.02 ms (paired change +2%, 98% confidence interval -1% to +9%); it may be no change, or one above the 5% that count; a change of 8% would have been detected.',
    ],
    [
      { verdict: 'inconclusive', ratio: 1.06, ratioLow: 1.03, ratioHigh: 1.09, after: 1_060_000, detectable: null },
      'TLS 1.3 full p50 is inconclusive: 1.00 ms to 1.06 ms (paired change +6%, 98% confidence interval +3% to +9%); it is a change, but perhaps one below the 5% that count.',
    ],
    [
      { verdict: 'inconclusive', detectable: null },
      'TLS 1.3 full p50 is inconclusive: 1.00 ms to 1.18 ms (paired change +18%, 98% confidence interval +12% to +25%); it is significant on its own, but not among all judged metrics.',
    ],
    [
      {
        verdict: 'inconclusive',
        caveat: { code: 'nothing-measured' },
        ratio: null,
        ratioLow: null,
        ratioHigh: null,
        after: null,
      },
      'TLS 1.3 full p50 is inconclusive: 1.00 ms to -; nothing was measured.',
    ],
    [
      { verdict: 'equivalent', ratio: 1, ratioLow: 0.99, ratioHigh: 1.01, after: 1_000_000 },
      'TLS 1.3 full p50 is unchanged: 1.00 ms to 1.00 ms (paired change 0%, 98% confidence interval -1% to +1%).',
    ],
  ])('%#', (change, sentence) => {
    expect(rowSentence({ ...row, ...change }, switchedOn())).toBe(sentence);
  });

  it('names the ratio that it compares, with values whose change it is', () => {
    const ticket: ComparisonRow = {
      ...row,
      mode: 'ticket',
      per: 'full',
      before: 0.652,
      after: 0.502,
      ratio: 0.77,
      ratioLow: null,
    };
    const apart: Comparison = { ...switchedOn(), design: 'runs', rows: [row, ticket] };
    expect(rowSentence(ticket, apart)).toBe('TLS 1.3 ticket p50 / full p50 regressed: 0.65 to 0.50 (change -23%).');
  });
});

it('lets nothing that a peer said control a terminal or a page', () => {
  const run = hostile();
  const comparison = compareStored(
    { label: 'before', runs: [summarizeRun(run)] },
    { label: 'after', runs: [summarizeRun(fakeRun([{ mode: 'full' }]))] },
    { settings: { alpha: 0.01, minEffect: 0.05 }, state: undefined, isForced: true },
  );
  for (const format of COMPARISON_FORMATS) {
    expect(renderComparison(comparison, format, {})).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
  expect(renderComparison(comparison, 'markdown', {})).not.toMatch(/<img|@all|www\.x/u);
});
