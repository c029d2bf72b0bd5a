import type { Metric } from '../analysis/metrics/metric.ts';
import { metric, type MetricId } from '../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../analysis/summary/cell-summary.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { protocolLabel } from '../domain/protocol.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { engineText, targetTexts } from './text/facts.ts';
import { ABSENT, formatValue } from './text/units.ts';
import { loadText } from './text/load.ts';
import { savingLines, type SavingLine } from './text/savings.ts';
import { toldSections, type Told } from './text/details.ts';

/** A column of a table, by how it is shown. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** A sentence on how to read it; empty where the head says it. */
  readonly reading: string;
  /** Place in the order in which columns give way where the table is too wide; 0 never does. */
  readonly yields: number;
}

/** A table as every renderer takes it: text only. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** The result of a run in words and columns. */
export interface ResultTable {
  readonly title: string;
  /** What is the same in all rows, lifted out of the table. */
  readonly fixed: readonly string[];
  readonly cells: readonly CellSummary[];
  /** A row per cell, in the order of `cells`. */
  readonly table: Table;
  /** What each resumption mode saves. */
  readonly savings: readonly SavingLine[];
  /** What else is told in words. */
  readonly told: readonly Told[];
}

/** The metrics of the table, and the place in which each gives way on a narrow terminal. */
const SHOWN: readonly (readonly [id: MetricId, yields: number])[] = [
  ['capacity', 0],
  ['mean', 3],
  ['mean.margin', 3],
  ['p50', 0],
  ['p90', 2],
  ['p99', 4],
  ['rate', 0],
  ['cpu.server', 0],
  ['cpu.client', 1],
  ['first-byte.p50', 0],
  ['response.p50', 0],
  ['response.p99', 0],
  ['response.p999', 6],
  ['late.p99', 7],
  ['dropped', 0],
  ['share.asked', 0],
  ['share.got', 0],
  ['cpu.server.mix', 0],
  ['resumed', 0],
  ['errors', 0],
];

/** Columns that say what a row is. One that is the same in every row is lifted out. */
const IDENTITY: readonly { readonly head: string; readonly yields: number; readonly text: (cell: CellSummary) => string }[] = [
  { head: 'state', yields: 0, text: (cell) => cell.state },
  { head: 'protocol', yields: 0, text: (cell) => protocolLabel(cell.protocol) },
  { head: 'mode', yields: 0, text: (cell) => cell.mode },
  { head: 'resumed by', yields: 3, text: (cell) => cell.mechanism ?? ABSENT },
  { head: 'key', yields: 5, text: (cell) => cell.keyType ?? ABSENT },
];

/** The result of a run: the table, what is the same in all its rows, and the savings in words. */
export const resultTable = (summary: RunSummary): ResultTable => {
  const { run, settings, cells } = summary;
  const varying = IDENTITY.filter(({ text }) => isVarying(cells, text));
  const shown = SHOWN.filter(([id]) => isTelling(cells, metric(id)));
  return {
    title: titleOf(run),
    fixed: [
      ...constants(cells),
      ...targetTexts(run).map((text) => `target ${text}`),
      `engine ${engineText(run)}`,
      loadText(settings.load, run.workers),
    ],
    cells,
    table: {
      columns: [
        ...varying.map(({ head, yields }): Column => ({ head, align: 'left', reading: '', yields })),
        ...shown.map(([id, yields]): Column => ({ head: metric(id).label, align: 'right', reading: metric(id).reading, yields })),
      ],
      rows: cells.map((cell) => [...varying.map(({ text }) => text(cell)), ...shown.map(([id]) => valueText(cell, metric(id)))]),
    },
    savings: savingLines(run, cells),
    told: toldSections(summary),
  };
};

/** Every metric that is known of any cell, for who wants more than the table shows. */
export const fullTable = (cells: readonly CellSummary[], all: readonly Metric[]): Table => {
  const metrics = all.filter(({ value }) => cells.some((cell) => value(cell) !== undefined));
  return {
    columns: [
      { head: 'cell', align: 'left', reading: '', yields: 0 },
      // The count and the share of the honoured have one label: beside each other they need two.
      ...metrics.map(({ label, unit, reading }): Column => ({
        head: unit === 'share' ? `${label} share` : label,
        align: 'right',
        reading,
        yields: 0,
      })),
    ],
    rows: cells.map((cell) => [
      `${cell.state} ${protocolLabel(cell.protocol)} ${cell.mode}`,
      ...metrics.map((shown) => valueText(cell, shown)),
    ]),
  };
};

const titleOf = ({ name, startedAt, status }: RunRecord): string => {
  const ending = status === 'complete' ? '' : `, ${status}`;
  return `${name}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC${ending}`;
};

/** What is only worth a column where there is any. */
const TOLD_WHERE_ANY: readonly string[] = ['errors', 'dropped'] satisfies MetricId[];

/** A column that is nowhere known is left out, errors and their like where there are none, and a mean without its margin. */
const isTelling = (cells: readonly CellSummary[], { id, value }: Metric): boolean =>
  cells.some((cell) => {
    // Latency is skewed: a mean alone misleads.
    if (id === 'mean' && cell.sequential === undefined) return false;
    return (value(cell) ?? 0) > 0 || (value(cell) === 0 && !TOLD_WHERE_ANY.includes(id));
  });

const isVarying = (cells: readonly CellSummary[], text: (cell: CellSummary) => string): boolean =>
  new Set(cells.map(text)).size > 1;

const constants = (cells: readonly CellSummary[]): string[] => {
  const [sample] = cells;
  if (sample === undefined) return [];
  return IDENTITY.filter(({ text }) => !isVarying(cells, text) && text(sample) !== ABSENT).map(
    ({ head, text }) => `${head} ${text(sample)}`,
  );
};

const valueText = (cell: CellSummary, shown: Metric): string => formatValue(shown.value(cell), shown.unit);
