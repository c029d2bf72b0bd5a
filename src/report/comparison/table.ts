import { metricNamed } from '../../analysis/metrics/catalogue.ts';
import type { Comparison, ComparisonRow } from '../../domain/comparison.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { ABSENT, formatValue } from '../text/units.ts';
import type { Column, Table } from '../table.ts';
import { intervalText, percentChange, reasonText } from './sentence.ts';

const column = (head: string, align: Column['align'], yields = 0): Column => ({ head, align, reading: '', yields });

/** Head of the column of reasons: the widest, and the first to give way. */
export const WHY = 'why';

/** A comparison as a table: the judged metrics, and below them what is known beside them. */
export const comparisonTable = (comparison: Comparison): Table => ({
  columns: [
    column('protocol', 'left'),
    column('mode', 'left'),
    column('metric', 'left'),
    column(comparison.before.state, 'right'),
    column(comparison.after.state, 'right'),
    column('change', 'right'),
    column('surely', 'left', 2),
    column('verdict', 'left'),
    column(WHY, 'left', 1),
  ],
  rows: comparedRows(comparison).map(cellsOf),
});

/** The rows that a table shows: the judged ones, and of the others those that nothing speaks against. */
export const comparedRows = ({ rows }: Comparison): ComparisonRow[] => [
  ...rows.filter(({ role }) => role === 'primary'),
  ...rows.filter(({ role, caveat }) => role === 'secondary' && caveat === null),
];

const cellsOf = (row: ComparisonRow): string[] => {
  const { label, unit } = metricNamed(row.metric);
  return [
    protocolLabel(row.protocol),
    row.mode,
    row.metric === 'resumed' ? 'resumed' : label,
    formatValue(row.before ?? undefined, unit),
    formatValue(row.after ?? undefined, unit),
    row.ratio === null ? ABSENT : percentChange(row.ratio),
    intervalText(row),
    // What is only shown has no verdict: it took no part in the promised rate of false alarms.
    row.role === 'primary' ? row.verdict : '',
    row.role === 'primary' ? reasonText(row) : '',
  ];
};
