import { expect, it } from 'vitest';
import { cellPairs } from '../../../src/analysis/compare/cell-pairs.ts';
import { resumedRow } from '../../../src/analysis/compare/resumed-row.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { ChangeVerdict } from '../../../src/domain/comparison.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { seededRandom, type Random } from '../../../src/stats/random.ts';
import { fakeRun } from '../../report/fake-run.ts';

const PER_BLOCK = 200;

const template = fakeRun(
  ['before', 'after'].map((state) => ({ state, mode: 'ticket', mechanism: 'ticket', honoured: 0, blocks: 1 })),
);

/** A run of tickets whose refusals in each block are drawn, before and after. */
const drawn = (pairs: number, before: () => number, after: () => number): RunRecord => ({
  ...template,
  blocks: Array.from({ length: pairs }, (_, round) =>
    template.blocks.map((block, i) => {
      const refused = Math.round((i === 0 ? before : after)() * PER_BLOCK);
      return { ...block, round, handshakes: PER_BLOCK, honoured: PER_BLOCK - refused, declined: { refused } };
    }),
  ).flat(),
});

const [pair] = cellPairs(template, { before: 'before', after: 'after' });

const summary = summarizeRun(template);

const verdictOf = (run: RunRecord): ChangeVerdict | undefined => {
  // Only counts matter here; the histograms of the template are empty.
  const cells = summary.cells.map((cell) => {
    const blocks = run.blocks.filter((block) => block.cell === cell.id);
    const honoured = blocks.reduce((sum, block) => sum + block.honoured, 0);
    return { ...cell, honoured, handshakes: blocks.length * PER_BLOCK };
  });
  return pair === undefined ? undefined : resumedRow({ ...summary, run, cells }, pair, 0.01)?.verdict;
};

const always = (share: number) => () => share;

/** One block in ten loses a third of its handshakes: a restart, a rotated ticket key. */
const bursts = (random: Random) => () => (random() < 0.1 ? 0.3 : 0);

it.each<[string, number, number, ChangeVerdict]>([
  ['all before and none after', 0, 1, 'regressed'],
  ['none before and all after', 1, 0, 'improved'],
  ['all on both sides', 0, 0, 'equivalent'],
  ['one in a hundred less, in every block', 0, 0.01, 'equivalent'],
  ['five in a hundred less, in every block', 0, 0.05, 'regressed'],
])('judges %s', (_what, before, after, verdict) => {
  expect(verdictOf(drawn(20, always(before), always(after)))).toBe(verdict);
});

it('needs no more than a few pairs where a mode is on in one state and off in the other', () => {
  expect(verdictOf(drawn(3, always(0), always(1)))).toBe('regressed');
});

it('raises no alarm over bursts of refusals that hit both states by chance', () => {
  const random = seededRandom(1);
  const verdicts = Array.from({ length: 400 }, () => verdictOf(drawn(24, bursts(random), bursts(random))));
  expect(verdicts.filter((verdict) => verdict === 'regressed' || verdict === 'improved')).toHaveLength(0);
});

it('still finds a loss that comes on top of bursts', () => {
  const random = seededRandom(2);
  const worse = (): number => Math.min(1, bursts(random)() + 0.08);
  const verdicts = Array.from({ length: 50 }, () => verdictOf(drawn(48, bursts(random), worse)));
  expect(verdicts.filter((verdict) => verdict === 'regressed').length).toBeGreaterThanOrEqual(45);
});
