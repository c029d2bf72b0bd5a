import { stringify } from 'csv-stringify/sync';
import type { Metric, Unit } from '../analysis/metrics/metric.ts';
import { metricNamed, METRICS } from '../analysis/metrics/catalogue.ts';
import { summarize, type CellSummary } from '../analysis/summary/cell-summary.ts';
import type { Comparison, ComparisonRow } from '../domain/comparison.ts';
import type { BlockRecord, RunRecord } from '../domain/run-record.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { reasonText } from './comparison/sentence.ts';
import { oneLine } from './safe-text.ts';

type CsvValue = string | number | undefined;

/** A column: its header, and its value. Their order is a contract: new ones are appended, never inserted. */
type Columns<Row> = readonly (readonly [header: string, value: (row: Row) => CsvValue])[];

/** `summary.csv`: a row per cell. CPU and bytes are per honoured handshake. */
export const summaryCsv = (run: RunRecord): string => csv(summaryColumns(run), summarize(run));

/** `blocks.csv`: a row per cell and block, in the order in which they were measured. */
export const blocksCsv = (run: RunRecord): string => csv(blockColumns(run), run.blocks);

/** `compare.csv`: a row per protocol, mode and metric. Ratios are after / before. */
export const compareCsv = (comparison: Comparison): string => csv(COMPARE_COLUMNS, comparison.rows);

const COMPARE_COLUMNS: Columns<ComparisonRow> = [
  ['protocol', (row) => row.protocol],
  ['mode', (row) => row.mode],
  ['metric', (row) => row.metric],
  ['unit', (row) => metricNamed(row.metric).unit],
  ['before', (row) => exact(row.before ?? undefined)],
  ['after', (row) => exact(row.after ?? undefined)],
  ['ratio', (row) => exact(row.ratio ?? undefined)],
  ['ratio_low', (row) => exact(row.ratioLow ?? undefined)],
  ['ratio_high', (row) => exact(row.ratioHigh ?? undefined)],
  ['confidence', (row) => row.confidence],
  ['pairs', (row) => row.pairs],
  ['p_value', (row) => exact(row.pValue ?? undefined)],
  ['p_adjusted', (row) => exact(row.pAdjusted ?? undefined)],
  ['min_effect', (row) => row.minEffect],
  ['verdict', (row) => row.verdict],
  ['reason', (row) => reasonText(row)],
];

const summaryColumns = (run: RunRecord): Columns<CellSummary> => [
  ['run_id', () => run.id],
  ['state', (cell) => cell.state],
  ['target', (cell) => cell.target],
  ['protocol', (cell) => cell.protocol],
  ['mode', (cell) => cell.mode],
  ['mechanism', (cell) => cell.mechanism],
  ['cipher', (cell) => cell.cipher],
  ['group', (cell) => cell.group],
  ['key_type', (cell) => cell.keyType],
  ...METRICS.slice(0, FIRST_APPENDED).map(metricColumn),
  ['status', (cell) => cell.status],
  ...METRICS.slice(FIRST_APPENDED).map(metricColumn),
];

/** The first of the metrics that came after `status` had its place. */
const FIRST_APPENDED = METRICS.findIndex(({ column }) => column === 'honoured_share');

const metricColumn = ({ column, unit, value }: Metric): Columns<CellSummary>[number] => [
  column,
  (cell) => ROUNDED[unit](value(cell)),
];

const blockColumns = (run: RunRecord): Columns<BlockRecord> => {
  const cellOf = (block: BlockRecord) => run.cells.find((cell) => cell.id === block.cell);
  return [
    ['run_id', () => run.id],
    ['round', (block) => block.round],
    ['order', (block) => block.order],
    ['state', (block) => cellOf(block)?.state],
    ['protocol', (block) => cellOf(block)?.protocol],
    ['mode', (block) => cellOf(block)?.mode],
    ['start_unix_ns', (block) => block.startUnixNs],
    ['duration_ns', (block) => block.durationNs],
    ['handshakes', (block) => block.handshakes],
    ['honoured', (block) => block.honoured],
    ['declined', (block) => block.handshakes - block.honoured],
    ['errors', (block) => Object.values(block.errors).reduce((a, b) => a + b, 0)],
    ['p50_ns', (block) => quantile(block, 0.5)],
    ['p90_ns', (block) => quantile(block, 0.9)],
    ['p99_ns', (block) => quantile(block, 0.99)],
    ['cpu_client_ns', (block) => perHonoured(block, block.cpuClientNs)],
    ['cpu_server_ns', (block) => perHonoured(block, block.cpuServerNs)],
    ['valid', (block) => String(block.valid)],
    ['invalid_reason', (block) => block.invalidReason],
    ['saturated', (block) => String(block.saturated)],
    ['due', (block) => block.schedule?.due],
    ['dropped', (block) => block.schedule?.dropped],
    ['response_p50_ns', (block) => quantileOf(block.schedule?.responseNs, 0.5)],
    ['response_p99_ns', (block) => quantileOf(block.schedule?.responseNs, 0.99)],
    ['late_p99_ns', (block) => quantileOf(block.schedule?.lateNs, 0.99)],
  ];
};

const quantile = (block: BlockRecord, p: number): CsvValue => quantileOf(block.handshakeNs, p);

const quantileOf = (encoded: BlockRecord['handshakeNs'] | undefined, p: number): CsvValue =>
  encoded === undefined ? undefined : whole(LatencyHistogram.decode(encoded).quantileNs(p));

const perHonoured = (block: BlockRecord, ns: number | null): CsvValue =>
  ns === null || block.honoured === 0 ? undefined : whole(ns / block.honoured);

/** A spreadsheet needs no fraction of a ns, nor of a byte. */
const whole = (value: number | undefined): CsvValue => exact(value === undefined ? undefined : Math.round(value));

const fraction = (value: number | undefined): CsvValue => exact(value === undefined ? undefined : Number(value.toFixed(4)));

/** Unrounded: 99.997 % must not become all. NaN and infinity, which CSV would write as words, are absent. */
const exact = (value: number | undefined): CsvValue => (Number.isFinite(value) ? value : undefined);

const ROUNDED: Readonly<Record<Unit, (value: number | undefined) => CsvValue>> = {
  ns: whole,
  s: whole,
  'per-second': fraction,
  share: exact,
  bytes: whole,
  count: whole,
  ratio: fraction,
};

const csv = <Row>(columns: Columns<Row>, rows: readonly Row[]): string =>
  stringify(
    [columns.map(([header]) => header), ...rows.map((row) => columns.map(([, value]) => value(row)))],
    // A cell that begins with = + - @ would run as a formula; numbers stay numbers from csv-stringify 6.9 on.
    { escape_formulas: true, cast: { string: (text) => oneLine(text) } },
  );
