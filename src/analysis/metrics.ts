import type { Metric } from './metric.ts';
import { SCHEDULE_METRICS } from './schedule-metrics.ts';

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
  {
    id: 'rtt',
    column: 'rtt_ns',
    label: 'round trip',
    unit: 'ns',
    better: 'lower',
    reading: 'The shortest TCP connect: the way to the server and back.',
    value: (cell) => cell.roundTrips?.rttNs,
  },
  {
    id: 'round-trips',
    column: 'round_trips',
    label: 'round trips',
    unit: 'count',
    better: 'lower',
    reading: 'Round trips that the fastest handshake took, by the clock. Empty where the way is too short to count them.',
    value: (cell) => cell.roundTrips?.taken,
  },
  {
    id: 'remainder',
    column: 'remainder_ns',
    label: 'beyond the way',
    unit: 'ns',
    better: 'lower',
    reading: 'The median handshake less its round trips: work on both sides, and queueing.',
    value: (cell) => cell.roundTrips?.remainderNs,
  },
  {
    id: 'ticket.p50',
    column: 'ticket_p50_ns',
    label: 'to ticket',
    unit: 'ns',
    better: 'lower',
    reading:
      'Median time from the end of a TLS 1.3 handshake until the first ticket: before it a client has nothing to resume with.',
    value: (cell) => cell.ticketNs.quantileNs(0.5),
  },
  {
    id: 'tickets',
    column: 'tickets_per_handshake',
    label: 'tickets',
    unit: 'ratio',
    better: 'neither',
    reading:
      'Tickets and session IDs that the server gave per finished handshake, as far as they came before the connection was closed.',
    value: (cell) => cell.ticketsPerHandshake,
  },
  {
    id: 'ticket.bytes',
    column: 'ticket_bytes',
    label: 'ticket size',
    unit: 'bytes',
    better: 'lower',
    reading: 'Size of the largest ticket; 0 is a session ID. A resumption carries it back in its ClientHello.',
    value: (cell) => cell.ticketBytes,
  },
  {
    id: 'ticket.lifetime',
    column: 'ticket_lifetime_s',
    label: 'lifetime',
    unit: 's',
    better: 'neither',
    reading: 'Lifetime that the server stated for its tickets, the shortest; 0 states none. It may forget them earlier.',
    value: (cell) => cell.ticketLifetimeS,
  },
  {
    id: 'first-byte.p50',
    column: 'first_byte_p50_ns',
    label: 'first byte',
    unit: 'ns',
    better: 'lower',
    reading:
      'Median time from the ClientHello until the first byte of the answer to a request: what all modes can be compared by.',
    value: (cell) => cell.firstByteNs.quantileNs(0.5),
  },
  {
    id: 'first-byte.p99',
    column: 'first_byte_p99_ns',
    label: 'first byte p99',
    unit: 'ns',
    better: 'lower',
    reading: '99 % of the first bytes of answers came within this time of the ClientHello.',
    value: (cell) => cell.firstByteNs.quantileNs(0.99),
  },
  {
    id: 'answer.p50',
    column: 'answer_p50_ns',
    label: 'answer',
    unit: 'ns',
    better: 'lower',
    reading:
      'Median time from the end of the handshake on our side until the first byte of the answer. About 0 where early data were answered.',
    value: (cell) => cell.behindNs.quantileNs(0.5),
  },
  ...SCHEDULE_METRICS,
] as const satisfies readonly Metric[];

export type MetricId = (typeof METRICS)[number]['id'];

/** The metric of that id. */
export const metric = (id: MetricId): Metric => {
  const found = METRICS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new TypeError(`no metric ${id}`);
  return found;
};
