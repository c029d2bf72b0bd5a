import type { ChangeVerdict, ComparisonRow } from '../../domain/comparison.ts';
import { offersSession } from '../../domain/mode.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { shareBounds } from '../../stats/proportion.ts';
import { signPAbove } from '../../stats/sign-test.ts';
import { shareRowOf } from './share-row.ts';
import type { CellPair } from './cell-pairs.ts';
import type { CellSummary } from '../summary/cell-summary.ts';
import { summaryOf, type RunSummary } from '../summary/run-summary.ts';
import { LEAST_SHARE_CHANGE, PLAIN_SHARE_CHANGE } from '../judging-rules.ts';

/** Shares are judged at a hundredth of the level: with thousands of handshakes they can afford it, and take nothing from the other metrics. */
const PART_OF_LEVEL = 0.01;

/**
 * The share of resumed handshakes before and after, for a mode that resumes. Shares have no ratio where one side is 0%, so their bounds
 * (Clopper and Pearson) are compared as they are. Refusals come in bursts, so a handshake is not independent of the next: a small change
 * must show in most blocks too (sign test).
 */
export const resumedRow = (summary: RunSummary, pair: CellPair, alpha: number): ComparisonRow | undefined => {
  if (!offersSession(pair.before.mode)) return undefined;
  const before = summaryOf(summary, pair.before);
  const after = summaryOf(summary, pair.after);
  const level = alpha * PART_OF_LEVEL;
  const bounds = { before: boundsOf(before, level), after: boundsOf(after, level) };
  const changes = shareChanges(summary.run, pair);
  const verdict = verdictOf(
    bounds,
    (sign) =>
      signPAbove(
        changes.map((change) => sign * change),
        0,
      ) <= level,
  );
  return shareRowOf(pair.before, {
    before: before?.honouredShare ?? null,
    after: after?.honouredShare ?? null,
    pairs: changes.length,
    alpha,
    minEffect: LEAST_SHARE_CHANGE,
    verdict,
  });
};

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

const boundsOf = (cell: CellSummary | undefined, level: number): Bounds =>
  cell === undefined || cell.handshakes === 0 ? { lower: 0, upper: 1 } : shareBounds(cell.honoured, cell.handshakes, level / 2);

const verdictOf = (
  { before, after }: { readonly before: Bounds; readonly after: Bounds },
  showsInBlocks: (sign: 1 | -1) => boolean,
): ChangeVerdict => {
  const change = { up: after.lower - before.upper, down: before.lower - after.upper };
  if (change.up > LEAST_SHARE_CHANGE) return change.up > PLAIN_SHARE_CHANGE || showsInBlocks(1) ? 'improved' : 'inconclusive';
  if (change.down > LEAST_SHARE_CHANGE)
    return change.down > PLAIN_SHARE_CHANGE || showsInBlocks(-1) ? 'regressed' : 'inconclusive';
  const farthest = Math.max(Math.abs(after.upper - before.lower), Math.abs(before.upper - after.lower));
  // Bounds of few handshakes are wide; the shares of equal many differ by their own noise at most.
  return farthest <= 2 * LEAST_SHARE_CHANGE ? 'equivalent' : 'inconclusive';
};

/** By how much the share of each block differs from that of its pair. */
const shareChanges = (run: RunRecord, { before, after }: CellPair): number[] => {
  const others = new Map(blocksOf(run, after.id).map((block) => [block.round, shareOf(block)]));
  return blocksOf(run, before.id).flatMap((block) => {
    const other = others.get(block.round);
    return other === undefined ? [] : [other - shareOf(block)];
  });
};

const blocksOf = (run: RunRecord, id: string): BlockRecord[] =>
  run.blocks.filter(({ cell, valid, handshakes }) => cell === id && valid && handshakes > 0);

const shareOf = ({ honoured, handshakes }: BlockRecord): number => honoured / handshakes;
