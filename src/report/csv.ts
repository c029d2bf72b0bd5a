import { stringify } from 'csv-stringify/sync';
import type { Unit } from '../analysis/metrics/metric.ts';
import { oneLine } from './safe-text.ts';

export type CsvValue = string | number | undefined;

/** A column: its header and its value. Their order is a contract: new ones are appended, never inserted. */
export type Column<Row> = readonly [header: string, value: (row: Row) => CsvValue];

export type Columns<Row> = readonly Column<Row>[];

/** The sign before the fraction of a number; with a comma, values are separated by semicolons. */
export type DecimalSign = 'point' | 'comma';

/** Writes a table the way a spreadsheet reads it. */
export const csv = <Row>(columns: Columns<Row>, rows: readonly Row[], decimal: DecimalSign = 'point'): string =>
  stringify([columns.map(([header]) => header), ...rows.map((row) => columns.map(([, value]) => value(row)))], {
    // A cell that begins with = + - @ would run as a formula. Numbers stay numbers since
    // csv-stringify 6.9.
    escape_formulas: true,
    delimiter: decimal === 'comma' ? ';' : ',',
    cast: { string: (text) => oneLine(text), number: (value) => decimalText(value, decimal) },
  });

/**
 * Returns a number in digits, never with exactly three decimals: where a point groups thousands, as
 * in German, a spreadsheet would read 1.234 as 1234 without a word. With another number of decimals
 * it is no grouped number.
 */
const decimalText = (value: number, decimal: DecimalSign): string => {
  const text = String(value).replace(/(\.\d{3})(?!\d)/u, '$10');
  return decimal === 'comma' ? text.replace('.', ',') : text;
};

/** Returns a number unrounded: 99.997% must not become all. NaN and infinity, which CSV would write as words, are absent. */
export const exact = (value: number | null | undefined): CsvValue =>
  value === null || !Number.isFinite(value) ? undefined : value;

/** Returns a number as exactly as its unit needs: a spreadsheet needs no fraction of a ns, nor of a byte. */
export const roundedBy = (unit: Unit, value: number | undefined): CsvValue => {
  if (value === undefined) return undefined;
  switch (unit) {
    case 'ns':
    case 's':
    case 'bytes':
    case 'count':
      return exact(Math.round(value));
    case 'per-second':
    case 'ratio':
      return exact(Number(value.toFixed(4)));
    case 'share':
      return exact(value);
  }
};
