import { COMPARISON_FORMAT, type ChangeVerdict, type Comparison, type ComparisonRow } from '../../domain/comparison.ts';
import { MODES } from '../../domain/mode.ts';
import { PROTOCOLS } from '../../domain/protocol.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { COMPARED } from '../metrics/catalogue.ts';

export type UnfinishedComparison = Omit<Comparison, 'format' | 'verdict'>;

/**
 * A comparison with its rows in order and with what they come to together.
 *
 * @param runs those that are compared: where one is partial, no row is judged.
 */
export const comparisonOf = (comparison: UnfinishedComparison, runs: readonly RunRecord[]): Comparison => {
  const isPartial = runs.some(({ status }) => status === 'partial');
  const rows = isPartial ? comparison.rows.map(ofPartialRun) : comparison.rows;
  return {
    format: COMPARISON_FORMAT,
    ...comparison,
    rows: rows.toSorted((a, b) => placeOf(a) - placeOf(b)),
    verdict: verdictOf({ ...comparison, rows }),
  };
};

const ofPartialRun = (row: ComparisonRow): ComparisonRow => ({
  ...row,
  verdict: 'inconclusive',
  caveat: { code: 'run-not-complete', status: 'partial' },
});

/** One run of a state is never a verdict on its own, whatever its rows look like: see `ComparisonDesign`. */
const verdictOf = ({ design, rows }: UnfinishedComparison): ChangeVerdict =>
  design === 'single' ? 'inconclusive' : worstOf(rows.filter(({ role }) => role === 'primary').map(({ verdict }) => verdict));

/** One regression is a regression; one doubt is a doubt; an improvement needs nothing worse beside it. */
const worstOf = (verdicts: readonly ChangeVerdict[]): ChangeVerdict => {
  const order: readonly ChangeVerdict[] = ['regressed', 'inconclusive', 'improved', 'equivalent'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'inconclusive';
};

/** By protocol, mode and metric, the share of resumed handshakes first. */
const METRIC_ORDER: readonly string[] = ['resumed', ...COMPARED.map(({ id }) => id)];

const placeOf = ({ protocol, mode, metric: id }: ComparisonRow): number =>
  (PROTOCOLS.indexOf(protocol) * MODES.length + MODES.indexOf(mode)) * METRIC_ORDER.length + METRIC_ORDER.indexOf(id);
