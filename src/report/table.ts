import type { Metric } from '../analysis/metrics/metric.ts';
import { metric, type MetricId } from '../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../analysis/summary/cell-summary.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { protocolLabel } from '../domain/protocol.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { engineText, targetTexts, wayTexts } from './text/facts.ts';
import { ABSENT, formatValue } from './text/units.ts';
import { loadText } from './text/load.ts';
import { savingLines, type SavingLine } from './text/savings.ts';
import { detailSections, type DetailSection } from './text/details.ts';

/** A column of a table. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** A sentence on how to read it; empty where the head says enough. */
  readonly reading: string;
  /**
   * Position in the order in which columns are hidden when the table is too wide; 0 is never
   * hidden.
   */
  readonly yields: number;
}

/** A table of text, the input of every renderer. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** The result of a run in words and columns. */
export interface ResultTable {
  readonly title: string;
  /** Values that are the same in all rows, shown once above the table. */
  readonly fixed: readonly string[];
  readonly cells: readonly CellSummary[];
  /** A row per cell, in the order of `cells`. */
  readonly table: Table;
  /** The saving of each resumption mode. */
  readonly savings: readonly SavingLine[];
  /** Other subjects that are described in words. */
  readonly details: readonly DetailSection[];
}

/** The metrics of the table, and the order in which they are hidden on a narrow terminal. */
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

/**
 * Columns that identify a row. One that is the same in every row is shown above the table instead.
 */
const IDENTITY: readonly { readonly head: string; readonly yields: number; readonly text: (cell: CellSummary) => string }[] = [
  { head: 'state', yields: 0, text: (cell) => cell.state },
  { head: 'protocol', yields: 0, text: (cell) => protocolLabel(cell.protocol) },
  { head: 'mode', yields: 0, text: (cell) => cell.mode },
  { head: 'resumed by', yields: 3, text: (cell) => cell.mechanism ?? ABSENT },
  { head: 'key', yields: 5, text: (cell) => cell.keyType ?? ABSENT },
];

/** The result of a run: the table, the values that all rows share, and the savings in words. */
export const resultTable = (summary: RunSummary): ResultTable => {
  const { run, settings, cells } = summary;
  const varying = IDENTITY.filter(({ text }) => isVarying(cells, text));
  const shown = SHOWN.filter(([id]) => isTelling(cells, metric(id)));
  return {
    title: titleOf(run),
    fixed: [
      ...constants(cells),
      ...targetTexts(run).map((text) => `target ${text}`),
      ...wayTexts(run).map((text) => `way ${text}`),
      `engine ${engineText(run)}`,
      loadText(settings.load, run.workers),
      ...clockTexts(cells),
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
    details: detailSections(summary),
  };
};

/** A table of every metric that is known of any cell. */
export const fullTable = (cells: readonly CellSummary[], all: readonly Metric[]): Table => {
  const metrics = all.filter(({ value }) => cells.some((cell) => value(cell) !== undefined));
  return {
    columns: [
      { head: 'cell', align: 'left', reading: '', yields: 0 },
      // The count and the share of honoured handshakes have the same label: side by side they need
      // two.
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

/** `kernel clock`: what every latency of the table is by. */
const clockTexts = (cells: readonly CellSummary[]): string[] => {
  const clocks = [...new Set(cells.flatMap(({ clock }) => clock ?? []))];
  const [clock] = clocks;
  if (clock === undefined) return [];
  return [clocks.length > 1 || clock === 'mixed' ? 'kernel and user clock' : `${clock === 'older' ? 'user' : clock} clock`];
};

const titleOf = ({ name, startedAt, status }: RunRecord): string => {
  const ending = status === 'complete' ? '' : `, ${status}`;
  return `${name}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC${ending}`;
};

/** Metrics that get a column only where they are above 0. */
const TOLD_WHERE_ANY: readonly string[] = ['errors', 'dropped'] satisfies MetricId[];

/**
 * Hides metrics that no cell has, counts of failures that are 0 everywhere, and a mean without its
 * margin.
 */
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
