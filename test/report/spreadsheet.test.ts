import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { csv, type DecimalSign } from '../../src/report/csv.ts';
import { blocksCsv, summaryCsv } from '../../src/report/run-csv.ts';
import { findProgram } from '../servers/require-program.ts';
import { beforeAndAfter } from './fake-run.ts';

const summary = summarizeRun(beforeAndAfter());

/** Numbers with up to six decimals, and with exactly three. */
const NUMBERS = [1.234, 12.345, 0.995, -7.125, 1.5, 12.34, 1.2345, 1234, 123.456789, 1.234e-7];
const table = (decimal: DecimalSign): string => csv([['value', (value: number) => value]], NUMBERS, decimal);

describe('numbers in CSV', () => {
  it('are the same number, and never have exactly three decimals', () => {
    const rows: string[][] = parse(table('point'));
    const texts = rows.slice(1).flat();
    expect(texts.map(Number)).toEqual(NUMBERS);
    for (const text of texts) expect(text).not.toMatch(/[.,]\d{3}(?!\d)/u);
  });

  it('have a comma where the reader has one, and values are then separated by semicolons', () => {
    const rows: string[][] = parse(summaryCsv([summary], 'comma'), { delimiter: ';' });
    const plain: string[][] = parse(summaryCsv([summary]));
    expect(rows[0]).toEqual(plain[0]);
    const rate = plain[0]?.indexOf('rate_per_s') ?? -1;
    expect(rows[1]?.[rate]?.replace(',', '.')).toBe(plain[1]?.[rate]);
  });
});

it('a start is given in text too, to the nanosecond', () => {
  const [row]: Record<string, string>[] = parse(blocksCsv([summary]), { columns: true });
  expect(row).toMatchObject({ start_unix_ns: '1767323045000123456', start_utc: '2026-01-02T03:04:05.000123456Z' });
});

const soffice = findProgram('soffice', 'libreoffice-calc-nogui');

describe.skipIf(soffice === undefined)('opened by LibreOffice as a German reader does (Debian: libreoffice-calc-nogui)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resumark-calc-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** The cells that it takes for numbers, by the German import of its text filter (language 1031). */
  const numbersOf = (text: string, separator: string): number[] => {
    writeFileSync(join(folder, 'table.csv'), text);
    const filter = `--infilter=Text - txt - csv (StarCalc):${String(separator.charCodeAt(0))},34,76,1,,1031`;
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    execFileSync(
      soffice ?? '',
      [profile, '--headless', '--convert-to', 'fods', filter, '--outdir', folder, join(folder, 'table.csv')],
      {
        stdio: 'ignore',
        timeout: 60_000,
      },
    );
    const cells = readFileSync(join(folder, 'table.fods'), 'utf8').matchAll(/value-type="float" office:value="([^"]+)"/gu);
    return [...cells].map(([, value]) => Number(value));
  };

  it('a fraction with a point is text, and never a number a thousand times as large', () => {
    expect(numbersOf('value\n1.234\n', ',')).toEqual([1234]);
    expect(numbersOf(table('point'), ',').filter((value) => !NUMBERS.includes(value))).toEqual([]);
  });

  it('with --decimal comma every number is that number', () => {
    const found = numbersOf(table('comma'), ';');
    expect(found).toHaveLength(NUMBERS.length);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(NUMBERS[i] ?? Number.NaN, 10);
  });
});
