import { metric, METRICS, type MetricId } from '../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../analysis/summary/cell-summary.ts';
import type { BlockSummary, RunSummary } from '../analysis/summary/run-summary.ts';
import { csv, roundedBy, type Column, type Columns } from './csv.ts';

/** `summary.csv`: a row per cell. CPU and bytes are per honoured handshake. */
export const summaryCsv = ({ run, cells }: RunSummary): string => csv(summaryColumns(run.id), cells);

/** `blocks.csv`: a row per cell and block, in the order in which they were measured. */
export const blocksCsv = ({ run, blocks }: RunSummary): string => csv(blockColumns(run.id), blocks);

/** The columns of the first version, in the order on which readers rely. Every newer one stands after them. */
const FIRST_COLUMNS: readonly string[] = [
  ...['run_id', 'state', 'target', 'protocol', 'mode', 'mechanism', 'cipher', 'group', 'key_type'],
  ...['handshakes', 'honoured', 'declined', 'errors', 'rate_per_s'],
  ...['min_ns', 'p50_ns', 'p90_ns', 'p95_ns', 'p99_ns', 'p999_ns', 'max_ns', 'mean_ns', 'connect_p50_ns'],
  ...['cpu_client_ns', 'cpu_server_ns', 'bytes_in', 'bytes_out', 'status'],
];

const summaryColumns = (runId: string): Columns<CellSummary> =>
  inOrder([
    ['run_id', () => runId],
    ['state', (cell) => cell.state],
    ['target', (cell) => cell.target],
    ['protocol', (cell) => cell.protocol],
    ['mode', (cell) => cell.mode],
    ['mechanism', (cell) => cell.mechanism],
    ['cipher', (cell) => cell.cipher],
    ['group', (cell) => cell.group],
    ['key_type', (cell) => cell.keyType],
    ['status', (cell) => cell.status],
    ...METRICS.map(({ id }) => metricColumn(id, (cell: CellSummary) => cell)),
  ]);

const inOrder = <Row>(columns: Columns<Row>): Columns<Row> => [
  ...FIRST_COLUMNS.flatMap((header) => columns.filter((column) => column[0] === header)),
  ...columns.filter(([header]) => !FIRST_COLUMNS.includes(header)),
];

const blockColumns = (runId: string): Columns<BlockSummary> => [
  ['run_id', () => runId],
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
];

const blockMetrics = (...ids: readonly MetricId[]): Columns<BlockSummary> =>
  ids.map((id) => metricColumn(id, ({ summary }: BlockSummary) => summary));

const metricColumn = <Row>(id: MetricId, summaryOf: (row: Row) => CellSummary): Column<Row> => {
  const { column, unit, value } = metric(id);
  return [column, (row) => roundedBy(unit, value(summaryOf(row)))];
};
