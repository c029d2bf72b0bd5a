import { styleText } from 'node:util';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { agentsOf } from './agents.ts';
import { counted } from './text/units.ts';
import { oneLine } from './safe-text.ts';
import { savingSentence, type Tone } from './text/savings.ts';
import { resultTable, type Table } from './table.ts';

/** Colours and width of the output. */
export interface TerminalStyle {
  readonly colour?: boolean;
  /** Width of the terminal; 0 or absent where the output is not a terminal and fits anything. */
  readonly columns?: number;
}

type Paint = (text: string) => string;

type Style = Parameters<typeof styleText>[0];

/** Returns what paints text in a style, or leaves it as it is where colours are off. */
export const painter =
  (colour: boolean) =>
  (style: Style): Paint =>
  (text) =>
    colour ? styleText(style, text, { validateStream: false }) : text;

const COLUMN_GAP = '  ';

const COLOUR_OF: Readonly<Record<Tone, Style>> = {
  better: 'green',
  worse: 'yellow',
  same: 'reset',
  absent: 'dim',
  failed: 'red',
};

/** The report for a terminal: the table, and the savings in words below it. */
export const terminalReport = (summary: RunSummary, { colour = false, columns: width = 0 }: TerminalStyle = {}): string => {
  const result = resultTable(summary);
  const agents = agentsOf(summary.run);
  const paint = painter(colour);
  const { table, hidden } = fitted(result.table, width);
  const note =
    hidden.length === 0
      ? []
      : [`${counted(hidden.length, 'column')} ${hidden.length === 1 ? 'does' : 'do'} not fit: ${hidden.join(', ')}`];
  const sections = [
    [paint('bold')(oneLine(result.title)), ...wrapped(result.fixed.map(oneLine), ' · ', width).map(paint('dim'))],
    [...alignedRows(table).map((line, i) => (i === 0 ? paint('bold')(line) : line)), ...note.map(paint('dim'))],
    result.savings.map((saving) => paint(COLOUR_OF[saving.tone])(oneLine(savingSentence(saving)))),
    ...result.details.map(({ lines }) => lines.map(oneLine)),
    agents === undefined ? [] : [oneLine(agents.line)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

/** Aligned lines: text to the left, numbers to the right, two spaces between columns. None where nothing was measured: no column is left. */
export const alignedRows = ({ columns, rows }: Table): string[] => {
  if (columns.length === 0) return [];
  const lines = [columns.map((column) => column.head), ...rows].map((cells) => cells.map(oneLine));
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((text, i) => (columns[i]?.align === 'right' ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join(COLUMN_GAP)
      .trimEnd(),
  );
};

/**
 * The lines of a table fitted to a width, and the heads of the columns that were hidden; a width of
 * 0 fits any table.
 */
export const fittedRows = (
  table: Table,
  width: number,
): { readonly lines: readonly string[]; readonly hidden: readonly string[] } => {
  const { table: narrow, hidden } = fitted(table, width);
  return { lines: alignedRows(narrow), hidden };
};

/**
 * Hides the least important columns until the table fits; columns that are never hidden may still
 * be too wide.
 */
const fitted = (table: Table, width: number): { readonly table: Table; readonly hidden: readonly string[] } => {
  const first = table.columns.filter(({ yields }) => yields > 0).toSorted((a, b) => a.yields - b.yields)[0];
  const isTooWide = width > 0 && alignedRows(table).some((line) => line.length > width);
  if (!isTooWide || first === undefined) return { table, hidden: [] };
  const keeps = (_: unknown, i: number): boolean => table.columns[i] !== first;
  const rest = fitted({ columns: table.columns.filter(keeps), rows: table.rows.map((row) => row.filter(keeps)) }, width);
  return { table: rest.table, hidden: [first.head, ...rest.hidden] };
};

/** Joins parts into as few lines as hold them. */
export const wrapped = (parts: readonly string[], gap: string, width: number): string[] => {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last}${gap}${part}`;
    if (last === undefined || (width > 0 && longer.length > width)) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
};
