import { styleText } from 'node:util';
import type { RunRecord } from '../domain/run-record.ts';
import { oneLine } from './safe-text.ts';
import { resultTable, type Table } from './table.ts';

/** The table for a terminal, with the savings in words below it. */
export const terminalReport = (run: RunRecord, colour: boolean): string => {
  const result = resultTable(run);
  const strong = (text: string): string => (colour ? styleText('bold', text, { validateStream: false }) : text);
  const weak = (text: string): string => (colour ? styleText('dim', text, { validateStream: false }) : text);
  return [
    strong(oneLine(result.title)),
    weak(oneLine(result.fixed.join(' · '))),
    '',
    ...alignedRows(result.table).map((line, i) => (i === 0 ? strong(line) : line)),
    '',
    ...result.savings.map(oneLine),
    ...(result.savings.length > 0 ? [''] : []),
  ].join('\n');
};

/** Text columns to the left, numbers to the right, two spaces between. */
export const alignedRows = ({ columns, rows }: Table): string[] => {
  const lines = [columns.map((column) => column.head), ...rows].map((cells) => cells.map(oneLine));
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((text, i) => (columns[i]?.align === 'right' ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
};
