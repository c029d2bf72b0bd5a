import { count, cpu, quantile, quantity, rate, time } from './kinds.ts';
import type { Metric } from './metric.ts';

const atMost = (p: number): string =>
  `${String(p * 100)}% of the honoured handshakes took at most this long, from the ClientHello to both Finished messages.`;

const handshake = <const Id extends string>(id: Id, p: number, comparison?: Metric['comparison']): Metric<Id> =>
  quantile({ id, label: id, reading: atMost(p), quantile: { of: 'handshake', p }, ...(comparison && { comparison }) });

const outcome = <const Id extends 'handshakes' | 'honoured' | 'declined' | 'errors'>(id: Id, reading: string): Metric<Id> =>
  count({ id, column: id, label: id, reading, value: (cell) => cell[id] });

/** Metrics of handshakes: outcomes, times and costs. */
export const HANDSHAKE_METRICS = [
  outcome('handshakes', 'Finished handshakes: honoured and declined.'),
  outcome('honoured', 'Handshakes that were proven to be of the requested mode.'),
  outcome('declined', 'Finished handshakes of another kind than requested.'),
  outcome('errors', 'Connections without a finished handshake.'),
  rate({
    id: 'rate',
    column: 'rate_per_s',
    label: 'rate',
    reading: 'Honoured handshakes per second of measured time.',
    value: (cell) => cell.ratePerSecond,
  }),
  { ...handshake('min', 0), reading: 'The fastest honoured handshake (exact).' },
  handshake('p50', 0.5, 'primary'),
  handshake('p90', 0.9, 'secondary'),
  handshake('p95', 0.95),
  handshake('p99', 0.99, 'secondary'),
  handshake('p999', 0.999),
  { ...handshake('max', 1), reading: 'The slowest honoured handshake (exact).' },
  time({
    id: 'mean',
    column: 'mean_ns',
    label: 'mean',
    reading: 'Mean time of the honoured handshakes (exact). Latency is skewed: read p50 first.',
    value: (cell) => cell.handshakeNs.meanNs,
  }),
  quantile({
    id: 'connect.p50',
    label: 'connect p50',
    reading: 'Median time of the TCP connect: one round trip. It is not part of the handshake time.',
    quantile: { of: 'connect', p: 0.5 },
  }),
  cpu({
    id: 'cpu.client',
    column: 'cpu_client_ns',
    label: 'CPU client',
    reading: "CPU time of this generator's workers per honoured handshake.",
    value: (cell) => cell.cpuClientNs,
    comparison: 'secondary',
  }),
  cpu({
    id: 'cpu.server',
    column: 'cpu_server_ns',
    label: 'CPU server',
    reading: "CPU time of the server's processes per honoured handshake. Empty where it cannot be known.",
    value: (cell) => cell.cpuServerNs,
    comparison: 'primary',
  }),
  quantity({
    id: 'bytes.in',
    column: 'bytes_in',
    label: 'bytes in',
    unit: 'bytes',
    better: 'lower',
    reading: 'TLS bytes received per honoured handshake.',
    value: (cell) => cell.bytesIn,
    comparison: 'secondary',
  }),
  quantity({
    id: 'bytes.out',
    column: 'bytes_out',
    label: 'bytes out',
    unit: 'bytes',
    better: 'lower',
    reading: 'TLS bytes sent per honoured handshake.',
    value: (cell) => cell.bytesOut,
  }),
  {
    ...quantity({
      id: 'resumed',
      column: 'honoured_share',
      label: 'honoured',
      unit: 'share',
      better: 'higher',
      reading: 'Share of the finished handshakes that were proven to be of the requested mode.',
      value: (cell) => cell.honouredShare,
    }),
    judgedBy: 'proportion',
  },
  time({
    id: 'mean.margin',
    column: 'mean_margin_ns',
    label: 'mean ±',
    reading: 'Half the width of the 95% confidence interval of the mean, by tinybench, in sequential load.',
    value: (cell) => cell.sequential?.marginNs,
  }),
  time({
    id: 'rtt',
    column: 'rtt_ns',
    label: 'round trip',
    reading: 'The shortest TCP connect: the network round trip to the server.',
    value: (cell) => cell.roundTrips?.rttNs,
  }),
  count({
    id: 'round-trips',
    column: 'round_trips',
    label: 'round trips',
    better: 'lower',
    reading: 'Round trips that the fastest handshake took, by the clock. Empty where the path is too short to count them.',
    value: (cell) => cell.roundTrips?.taken,
  }),
  time({
    id: 'remainder',
    column: 'remainder_ns',
    label: 'beyond round trips',
    reading: 'The median handshake less its round trips: work on both sides, and queueing.',
    value: (cell) => cell.roundTrips?.remainderNs,
  }),
] as const satisfies readonly Metric[];
