import type { Comparison, ComparisonRow } from '../../domain/comparison.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { ABSENT, formatValue } from '../text/units.ts';
import type { Column, Table } from '../table.ts';
import { changeText, intervalText, reasonText, rowQuantity } from './sentence.ts';

const column = (head: string, align: Column['align'], yields = 0): Column => ({ head, align, reading: '', yields });

/** Head of the column of reasons: the widest, and the first to be hidden. */
export const WHY = 'reason';

/** A comparison as a table: the judged metrics, and below them the others. */
export const comparisonTable = (comparison: Comparison): Table => ({
  columns: [
    column('protocol', 'left'),
    column('mode', 'left'),
    column('metric', 'left'),
    column(comparison.before.state, 'right'),
    column(comparison.after.state, 'right'),
    // Not the change of the two values beside it, but what the pairs say.
    column(comparison.design === 'paired' ? 'paired change' : 'change', 'right'),
    column('confidence interval', 'left', 2),
    column('verdict', 'left'),
    column(WHY, 'left', 1),
  ],
  rows: comparedRows(comparison).map(cellsOf),
});

/** The rows that a table shows: all judged ones, and the others as far as they are reliable. */
export const comparedRows = ({ rows }: Comparison): ComparisonRow[] => [
  ...rows.filter(({ role }) => role === 'primary'),
  ...rows.filter(({ role, caveat }) => role === 'secondary' && caveat === null),
];

const cellsOf = (row: ComparisonRow): string[] => {
  const { name, unit } = rowQuantity(row);
  return [
    protocolLabel(row.protocol),
    row.mode,
    name,
    formatValue(row.before ?? undefined, unit),
    formatValue(row.after ?? undefined, unit),
    row.ratio === null ? ABSENT : changeText(row),
    intervalText(row),
    // A row that is only shown has no verdict: the promised rate of false alarms does not cover it.
    row.role === 'primary' ? row.verdict : '',
    row.role === 'primary' ? reasonText(row) : '',
  ];
};
