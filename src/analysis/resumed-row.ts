import type { ChangeVerdict, ComparisonRow } from '../domain/comparison.ts';
import { offersSession } from '../domain/mode.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { shareBounds } from '../stats/proportion.ts';
import type { CellPair } from './cell-pairs.ts';
import type { CellSummary } from './summary.ts';

/** A share that moves by less than one in a hundred is the same: single handshakes are lost for many reasons. */
const LEAST_CHANGE = 0.01;

/**
 * The share of resumed handshakes before and after, for a mode that resumes. Shares have no ratio where one side is 0 %, so their bounds
 * (Clopper and Pearson) are compared as they are.
 */
export const resumedRow = (
  run: RunRecord,
  pair: CellPair,
  { cells, alpha }: { readonly cells: readonly CellSummary[]; readonly alpha: number },
): ComparisonRow | undefined => {
  if (!offersSession(pair.before.mode)) return undefined;
  const before = cells.find(({ id }) => id === pair.before.id);
  const after = cells.find(({ id }) => id === pair.after.id);
  const [low, high] = [boundsOf(before, alpha), boundsOf(after, alpha)];
  const verdict = verdictOf(low, high);
  return {
    protocol: pair.before.protocol,
    mode: pair.before.mode,
    metric: 'resumed',
    role: 'primary',
    before: before?.honouredShare ?? null,
    after: after?.honouredShare ?? null,
    ratio: null,
    ratioLow: null,
    ratioHigh: null,
    confidence: 1 - 2 * alpha,
    pairs: Math.min(blocksOf(run, pair.before.id), blocksOf(run, pair.after.id)),
    pValue: null,
    pAdjusted: null,
    minEffect: LEAST_CHANGE,
    detectable: null,
    verdict,
    doubt: '',
  };
};

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

const boundsOf = (cell: CellSummary | undefined, alpha: number): Bounds =>
  cell === undefined || cell.handshakes === 0 ? { lower: 0, upper: 1 } : shareBounds(cell.honoured, cell.handshakes, alpha / 2);

const verdictOf = (before: Bounds, after: Bounds): ChangeVerdict => {
  if (after.lower > before.upper + LEAST_CHANGE) return 'improved';
  if (after.upper < before.lower - LEAST_CHANGE) return 'regressed';
  const farthest = Math.max(Math.abs(after.upper - before.lower), Math.abs(before.upper - after.lower));
  // Bounds of few handshakes are wide; the shares of equal many differ by their own noise at most.
  return farthest <= 2 * LEAST_CHANGE ? 'equivalent' : 'inconclusive';
};

const blocksOf = (run: RunRecord, id: string): number => run.blocks.filter(({ cell, valid }) => cell === id && valid).length;
