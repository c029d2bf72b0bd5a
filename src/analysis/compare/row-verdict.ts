import type { ChangeVerdict, ComparisonRow } from '../../domain/comparison.ts';
import type { Caveat } from '../../domain/caveat.ts';
import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { Interval } from '../../stats/hodges-lehmann.ts';
import { finiteOrNull } from '../../stats/descriptive.ts';
import { holmAdjusted } from '../../stats/holm.ts';
import { positionOf, verdictOf, type Position } from '../../stats/verdict.ts';
import type { ComparedMetric } from '../metrics/catalogue.ts';

/** What is known of one row before it is judged. */
export interface RowEvidence {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly metric: ComparedMetric;
  readonly per: ComparisonRow['per'];
  readonly role: ComparisonRow['role'];
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly ratio: Interval | undefined;
  readonly confidence: number;
  readonly pairs: number;
  readonly pHigher: number;
  readonly pLower: number;
  readonly minEffect: number;
  readonly detectable: number | undefined;
  /** Why it must not be judged, null when it may. */
  readonly caveat: Caveat | null;
}

/** Verdicts of rows that share one rate of false alarms, by Holm. */
export const judgeAll = (evidence: readonly RowEvidence[], alpha: number): ComparisonRow[] => {
  const family = evidence.filter(({ role, caveat }) => role === 'primary' && caveat === null);
  const higher = holmAdjusted(family.map(({ pHigher }) => pHigher));
  const lower = holmAdjusted(family.map(({ pLower }) => pLower));
  return evidence.map((row) => {
    const at = family.indexOf(row);
    const adjusted = at < 0 ? undefined : { higher: higher[at] ?? 1, lower: lower[at] ?? 1 };
    return judgeRow(row, adjusted, alpha);
  });
};

interface AdjustedP {
  readonly higher: number;
  readonly lower: number;
}

/**
 * Judges a row by its bounds.
 *
 * @param adjusted the p-values after Holm; `undefined` for a row that is not judged with others: it is shown with its own.
 */
const judgeRow = (row: RowEvidence, adjusted: AdjustedP | undefined, alpha: number): ComparisonRow => {
  const { id, better } = row.metric;
  const position = row.caveat === null ? positionBy(row, adjusted, alpha) : 'unknown';
  const verdict: ChangeVerdict = better === 'neither' ? 'inconclusive' : verdictOf(position, better);
  return {
    protocol: row.protocol,
    mode: row.mode,
    metric: id,
    per: row.per,
    role: row.role,
    before: row.before ?? null,
    after: row.after ?? null,
    ratio: known(row.ratio?.estimate),
    ratioLow: known(row.ratio?.lower),
    ratioHigh: known(row.ratio?.upper),
    confidence: row.confidence,
    pairs: row.pairs,
    ...pValues(row, adjusted),
    minEffect: row.minEffect,
    detectable: known(row.detectable),
    verdict,
    caveat: row.caveat,
  };
};

/** Of the side on which the estimate lies. */
const pValues = (row: RowEvidence, adjusted: AdjustedP | undefined): Pick<ComparisonRow, 'pValue' | 'pAdjusted'> => {
  if (row.ratio === undefined) return { pValue: null, pAdjusted: null };
  return row.ratio.estimate >= 1
    ? { pValue: row.pHigher, pAdjusted: adjusted?.higher ?? null }
    : { pValue: row.pLower, pAdjusted: adjusted?.lower ?? null };
};

/** A change counts only when it also holds beside the other rows; that nothing changed is each row's own claim. */
const positionBy = (row: RowEvidence, adjusted: AdjustedP | undefined, alpha: number): Position => {
  if (row.ratio === undefined) return 'unknown';
  const position = positionOf(row.ratio, row.minEffect);
  if (adjusted === undefined) return position;
  if (position === 'higher') return adjusted.higher <= alpha ? position : 'unknown';
  if (position === 'lower') return adjusted.lower <= alpha ? position : 'unknown';
  return position;
};

/** A bound that too few pairs leave open is 0 or Infinity as a ratio: not known. */
const known = (ratio: number | undefined): number | null => (ratio === 0 ? null : finiteOrNull(ratio));
