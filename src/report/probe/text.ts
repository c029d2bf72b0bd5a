import type { FindingWeight } from '../../domain/probe-finding.ts';
import type { FleetMap, ProbeRecord } from '../../domain/probe-record.ts';
import { oneLine } from '../safe-text.ts';
import type { Table } from '../table.ts';
import { alignedRows, painter, wrapped, type TerminalStyle } from '../terminal.ts';
import { ABSENT } from '../text/units.ts';
import { addressClasses, negotiatedOf, type AddressClass } from './address-class.ts';
import { capacityLines } from './capacity-text.ts';
import { expectationLines } from './expectation-text.ts';
import { explainedSections } from './explained.ts';
import { probeFacts } from './facts.ts';
import { findingText } from './finding-text.ts';
import { groupTable, mapSubject, matrixReading, matrixRows, matrixTable, predictionLines, type MatrixRow } from './fleet-map.ts';
import { probeHeadline } from './headline.ts';
import { TRIES_READING } from './tries-text.ts';
import { WATCH_READING, watchSection } from './watch-text.ts';

/** A probe for a terminal: the result in a sentence, a table for each kind of address, the map of the fleet, and the findings. */
export const probeText = (record: ProbeRecord, { colour = false, columns: width = 0 }: TerminalStyle = {}): string => {
  const paint = painter(colour);
  const page: Page = { paint, width };
  const lines = [
    paint('bold')(probeHeadline(record)),
    ...wrapped(probeFacts(record).map(oneLine), ' · ', width).map(paint('dim')),
    ...addressClasses(record).flatMap((alike) => ['', ...classLines(alike, page)]),
    ...(record.addresses.some((report) => negotiatedOf(report).length > 0) ? ['', paint('dim')(TRIES_READING)] : []),
    ...(record.map === null ? [] : mapLines(record, record.map, page)),
    ...watchedLines(record, page),
    ...capacityLines(record).flatMap((line) => ['', line]),
    '',
    ...findingLines(record, page),
    ...expectationSection(record, page),
    ...explainedSections(record).flatMap(({ title, lines }) => ['', paint('bold')(oneLine(title)), ...lines.map(oneLine)]),
  ];
  return `${lines.join('\n')}\n`;
};

interface Page {
  readonly paint: ReturnType<typeof painter>;
  /** Width of the terminal; 0 fits anything. */
  readonly width: number;
}

const classLines = ({ title, table, lines }: AddressClass, { paint, width }: Page): string[] => {
  const tables = table.rows.length === 0 ? [] : fitsInto(table, width) ? [table] : columnByColumn(table);
  return [paint('bold')(oneLine(title)), ...tables.flatMap((one) => headed(one, paint)), ...lines.map(oneLine)];
};

const fitsInto = (table: Table, width: number): boolean =>
  width === 0 || alignedRows(table).every((line) => line.length <= width);

/** A table of labels and several columns as one table after the other: no column of it may be hidden. */
const columnByColumn = ({ columns, rows }: Table): Table[] =>
  columns.slice(1).map((_, i) => ({
    columns: [...columns.slice(0, 1), ...columns.slice(i + 1, i + 2)],
    rows: rows.map((cells) => [...cells.slice(0, 1), ...cells.slice(i + 1, i + 2)]).filter(([, text]) => text !== ABSENT),
  }));

const headed = (table: Table, paint: Page['paint']): string[] =>
  alignedRows(table).map((line, i) => (i === 0 ? paint('bold')(line) : line));

const mapLines = (record: ProbeRecord, map: FleetMap, page: Page): string[] => [
  '',
  page.paint('bold')(['Who resumes whom', mapSubject(map)].filter((text) => text !== '').join(': ')),
  ...matrixLines(matrixRows(record, map), page),
  ...(map.groups.length === 0 ? ['No address resumes anything.'] : headed(groupTable(record, map), page.paint)),
  ...predictionLines(map).map(oneLine),
];

/** The matrix where it fits: a part of it would be read as the whole. */
const matrixLines = (rows: readonly MatrixRow[], { paint, width }: Page): string[] => {
  const table = matrixTable(rows);
  if (rows.length === 0 || !fitsInto(table, width)) return [];
  return [...headed(table, paint), paint('dim')(matrixReading(rows)), ''];
};

const expectationSection = (record: ProbeRecord, { paint }: Page): string[] =>
  record.expectations.length === 0 ? [] : ['', paint('bold')('Expected'), ...expectationLines(record.expectations, record)];

const watchedLines = (record: ProbeRecord, page: Page): string[] => {
  const watched = watchSection(record);
  if (watched === undefined) return [];
  const { title, table, lines } = watched;
  const head = ['', page.paint('bold')(title)];
  if (table === undefined) return [...head, ...lines];
  return [...head, ...headed(table, page.paint), ...lines, page.paint('dim')(WATCH_READING)];
};

const COLOUR_OF = { problem: 'red', warning: 'yellow', information: 'dim' } as const satisfies Record<FindingWeight, string>;

const findingLines = (record: ProbeRecord, { paint }: Page): string[] =>
  record.findings.length === 0
    ? [paint('green')('No fault was found.')]
    : record.findings.map((finding) => paint(COLOUR_OF[finding.weight])(findingText(finding, record)));
