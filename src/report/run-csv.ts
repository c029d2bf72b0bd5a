import { metric, METRICS, type MetricId } from '../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../analysis/summary/cell-summary.ts';
import type { BlockSummary, RunSummary } from '../analysis/summary/run-summary.ts';
import { csv, roundedBy, type Column, type Columns, type DecimalSign } from './csv.ts';

/** `summary.csv`: a row per run and cell. CPU and bytes are per honoured handshake. */
export const summaryCsv = (summaries: readonly RunSummary[], decimal?: DecimalSign): string =>
  csv(
    SUMMARY_COLUMNS,
    summaries.flatMap(({ run, cells }) => cells.map((cell) => ({ runId: run.id, cell }))),
    decimal,
  );

/** `blocks.csv`: a row per run, cell and block, in the order in which they were measured. */
export const blocksCsv = (summaries: readonly RunSummary[], decimal?: DecimalSign): string =>
  csv(
    BLOCK_COLUMNS,
    summaries.flatMap(({ run, blocks }) => blocks.map((block) => ({ runId: run.id, ...block }))),
    decimal,
  );

/** The columns of the first version, in the order on which readers rely. Every newer one stands after them. */
const FIRST_COLUMNS: readonly string[] = [
  ...['run_id', 'state', 'target', 'protocol', 'mode', 'mechanism', 'cipher', 'group', 'key_type'],
  ...['handshakes', 'honoured', 'declined', 'errors', 'rate_per_s'],
  ...['min_ns', 'p50_ns', 'p90_ns', 'p95_ns', 'p99_ns', 'p999_ns', 'max_ns', 'mean_ns', 'connect_p50_ns'],
  ...['cpu_client_ns', 'cpu_server_ns', 'bytes_in', 'bytes_out', 'status'],
];

const inOrder = <Row>(columns: Columns<Row>): Columns<Row> => [
  ...FIRST_COLUMNS.flatMap((header) => columns.filter((column) => column[0] === header)),
  ...columns.filter(([header]) => !FIRST_COLUMNS.includes(header)),
];

interface CellRow {
  readonly runId: string;
  readonly cell: CellSummary;
}

interface BlockRow extends BlockSummary {
  readonly runId: string;
}

const metricColumn = <Row>(id: MetricId, summaryOf: (row: Row) => CellSummary): Column<Row> => {
  const { column, unit, value } = metric(id);
  return [column, (row) => roundedBy(unit, value(summaryOf(row)))];
};

const SUMMARY_COLUMNS: Columns<CellRow> = inOrder([
  ['run_id', ({ runId }) => runId],
  ['state', ({ cell }) => cell.state],
  ['target', ({ cell }) => cell.target],
  ['protocol', ({ cell }) => cell.protocol],
  ['mode', ({ cell }) => cell.mode],
  ['mechanism', ({ cell }) => cell.mechanism],
  ['cipher', ({ cell }) => cell.cipher],
  ['group', ({ cell }) => cell.group],
  ['key_type', ({ cell }) => cell.keyType],
  ['status', ({ cell }) => cell.status],
  ...METRICS.map(({ id }) => metricColumn(id, ({ cell }: CellRow) => cell)),
  ['clock', ({ cell }) => cell.clock],
]);

const blockMetrics = (...ids: readonly MetricId[]): Columns<BlockRow> =>
  ids.map((id) => metricColumn(id, ({ summary }: BlockRow) => summary));

/** Returns a time of 19 digits as ISO 8601, UTC: a spreadsheet or R keeps no more than 15 digits of a number. */
const isoTime = (unixNs: string): string => {
  const ns = BigInt(unixNs);
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
};

const BLOCK_COLUMNS: Columns<BlockRow> = [
  ['run_id', ({ runId }) => runId],
  ['round', ({ block }) => block.round],
  ['order', ({ block }) => block.position],
  ['state', ({ cell }) => cell.state],
  ['protocol', ({ cell }) => cell.protocol],
  ['mode', ({ cell }) => cell.mode],
  ['start_unix_ns', ({ block }) => block.startUnixNs],
  ['duration_ns', ({ block }) => block.durationNs],
  ...blockMetrics('handshakes', 'honoured', 'declined', 'errors', 'p50', 'p90', 'p99', 'cpu.client', 'cpu.server'),
  ['valid', ({ block }) => String(block.valid)],
  ['invalid_reason', ({ block }) => block.invalidReason],
  ['saturated', ({ block }) => String(block.saturated)],
  ...blockMetrics('due', 'dropped', 'response.p50', 'response.p99', 'late.p99'),
  ['start_utc', ({ block }) => isoTime(block.startUnixNs)],
  ...blockMetrics('wait.p50', 'wait.p90', 'wait.p99', 'client.p50', 'queue.p99'),
  ['clock', ({ block }) => block.clock],
];
