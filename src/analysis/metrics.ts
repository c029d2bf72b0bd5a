import type { CellSummary } from './summary.ts';

/** What a metric counts in; formatting by unit happens in `report/`. */
export type Unit = 'ns' | 'per-second' | 'share' | 'bytes' | 'count';

/**
 * A number that a cell has. Table columns, CSV header, savings, gates and comparisons all come from this catalogue: a new metric is one
 * entry.
 */
export interface Metric {
  /** As gates and thresholds name it: `cpu.server`. */
  readonly id: string;
  /** As `summary.csv` names it. The order of these columns is a contract: append, never insert. */
  readonly column: string;
  /** As a table's head names it. */
  readonly label: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher' | 'neither';
  /** One sentence on how to read it. */
  readonly reading: string;
  readonly value: (cell: CellSummary) => number | undefined;
}

const quantile = (id: string, p: number): Metric => ({
  id,
  column: `${id}_ns`,
  label: id,
  unit: 'ns',
  better: 'lower',
  reading: `${String(p * 100)} % of the honoured handshakes took at most this long, from the ClientHello to both Finished messages.`,
  value: (cell) => cell.handshakeNs.quantileNs(p),
});

const counted = (id: 'handshakes' | 'honoured' | 'declined' | 'errors', reading: string): Metric => ({
  id,
  column: id,
  label: id,
  unit: 'count',
  better: 'neither',
  reading,
  value: (cell) => cell[id],
});

export const METRICS = [
  counted('handshakes', 'Finished handshakes: honoured and declined.'),
  counted('honoured', 'Handshakes whose kind is the mode that was asked for, by evidence.'),
  counted('declined', 'Finished handshakes of another kind than was asked for.'),
  counted('errors', 'Connections without a finished handshake.'),
  {
    id: 'rate',
    column: 'rate_per_s',
    label: 'rate',
    unit: 'per-second',
    better: 'higher',
    reading: 'Honoured handshakes per second of measured time.',
    value: (cell) => cell.ratePerSecond,
  },
  { ...quantile('min', 0), reading: 'The fastest honoured handshake, exactly.' },
  quantile('p50', 0.5),
  quantile('p90', 0.9),
  quantile('p95', 0.95),
  quantile('p99', 0.99),
  quantile('p999', 0.999),
  { ...quantile('max', 1), reading: 'The slowest honoured handshake, exactly.' },
  {
    id: 'mean',
    column: 'mean_ns',
    label: 'mean',
    unit: 'ns',
    better: 'lower',
    reading: 'Mean time of the honoured handshakes, exactly. Latency is skewed: read p50 first.',
    value: (cell) => cell.handshakeNs.meanNs,
  },
  {
    id: 'connect.p50',
    column: 'connect_p50_ns',
    label: 'connect p50',
    unit: 'ns',
    better: 'lower',
    reading: 'Median time of the TCP connect: one round trip. It is not part of the handshake time.',
    value: (cell) => cell.connectNs.quantileNs(0.5),
  },
  {
    id: 'cpu.client',
    column: 'cpu_client_ns',
    label: 'CPU client',
    unit: 'ns',
    better: 'lower',
    reading: "CPU time of this generator's workers per honoured handshake.",
    value: (cell) => cell.cpuClientNs,
  },
  {
    id: 'cpu.server',
    column: 'cpu_server_ns',
    label: 'CPU server',
    unit: 'ns',
    better: 'lower',
    reading: "CPU time of the server's processes per honoured handshake. Empty where it cannot be known.",
    value: (cell) => cell.cpuServerNs,
  },
  {
    id: 'bytes.in',
    column: 'bytes_in',
    label: 'bytes in',
    unit: 'bytes',
    better: 'lower',
    reading: 'TLS bytes received per honoured handshake.',
    value: (cell) => cell.bytesIn,
  },
  {
    id: 'bytes.out',
    column: 'bytes_out',
    label: 'bytes out',
    unit: 'bytes',
    better: 'lower',
    reading: 'TLS bytes sent per honoured handshake.',
    value: (cell) => cell.bytesOut,
  },
  {
    id: 'resumed',
    column: 'honoured_share',
    label: 'honoured',
    unit: 'share',
    better: 'higher',
    reading: 'Share of the finished handshakes that were what was asked for, each proven.',
    value: (cell) => cell.honouredShare,
  },
] as const satisfies readonly Metric[];

export type MetricId = (typeof METRICS)[number]['id'];

/** The metric of that id. */
export const metric = (id: MetricId): Metric => {
  const found = METRICS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new TypeError(`no metric ${id}`);
  return found;
};
