import type { Comparison, ComparisonRow } from '../../domain/comparison.ts';
import { csv, exact, type Columns, type DecimalSign } from '../csv.ts';
import { reasonText, rowQuantity } from './sentence.ts';

/** `compare.csv`: a row per comparison, protocol, mode and metric. Ratios are after / before. */
export const compareCsv = (comparisons: readonly Comparison[], decimal?: DecimalSign): string =>
  csv(
    COLUMNS,
    comparisons.flatMap(({ before, after, rows }) =>
      rows.map((row) => ({ ...row, beforeState: before.state, afterState: after.state })),
    ),
    decimal,
  );

interface StateRow extends ComparisonRow {
  readonly beforeState: string;
  readonly afterState: string;
}

const COLUMNS: Columns<StateRow> = [
  ['protocol', (row) => row.protocol],
  ['mode', (row) => row.mode],
  ['metric', (row) => (row.per === null ? row.metric : `${row.metric} / ${row.per}.${row.metric}`)],
  ['unit', (row) => rowQuantity(row).unit],
  ['before', (row) => exact(row.before)],
  ['after', (row) => exact(row.after)],
  ['ratio', (row) => exact(row.ratio)],
  ['ratio_low', (row) => exact(row.ratioLow)],
  ['ratio_high', (row) => exact(row.ratioHigh)],
  ['confidence', (row) => row.confidence],
  ['pairs', (row) => row.pairs],
  ['p_value', (row) => exact(row.pValue)],
  ['p_adjusted', (row) => exact(row.pAdjusted)],
  ['min_effect', (row) => row.minEffect],
  ['verdict', (row) => row.verdict],
  ['reason', (row) => reasonText(row)],
  ['before_state', (row) => row.beforeState],
  ['after_state', (row) => row.afterState],
];
