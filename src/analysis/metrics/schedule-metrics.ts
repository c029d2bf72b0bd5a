import { count, cpu, quantile, quantity, rate } from './kinds.ts';
import type { Metric } from './metric.ts';

const LABEL: Readonly<Record<string, string>> = { p999: 'p99.9' };

const response = <const Name extends string>(name: Name, p: number): Metric<`response.${Name}`> =>
  quantile({
    id: `response.${name}`,
    label: `response ${LABEL[name] ?? name}`,
    reading: `${String(p * 100)}% of the honoured handshakes of a schedule ended at most this long after their intended start: the time that a user waits, TCP connect included.`,
    quantile: { of: 'response', p },
    // It runs from the intended start, and a busy generator starts late.
    holdsQueue: 'always',
  });

const service = <const Name extends string>(name: Name, p: number): Metric<`service.${Name}`> =>
  quantile({
    id: `service.${name}`,
    label: `service ${LABEL[name] ?? name}`,
    reading: `${String(p * 100)}% of the honoured handshakes of a schedule ended at most this long after their actual start, TCP connect included.`,
    quantile: { of: 'service', p },
  });

/** Metrics of a load by schedule, a mix, a session policy or a search for the capacity. */
export const SCHEDULE_METRICS = [
  response('p50', 0.5),
  response('p90', 0.9),
  response('p99', 0.99),
  response('p999', 0.999),
  response('max', 1),
  service('p50', 0.5),
  service('p99', 0.99),
  service('p999', 0.999),
  quantile({
    id: 'late.p99',
    label: 'start delay p99',
    reading: '99% of the starts were late by at most this much. It is part of the response time.',
    quantile: { of: 'start-delay', p: 0.99 },
    holdsQueue: 'always',
  }),
  quantile({
    id: 'late.max',
    label: 'start delay max',
    reading: 'The largest delay of a start (exact).',
    quantile: { of: 'start-delay', p: 1 },
    holdsQueue: 'always',
  }),
  count({
    id: 'due',
    column: 'due',
    label: 'due',
    reading: 'Handshakes that fell due by the schedule.',
    value: (cell) => cell.schedule?.due,
  }),
  count({
    id: 'dropped',
    column: 'dropped',
    label: 'dropped',
    better: 'lower',
    reading: 'Handshakes that fell due and were never started.',
    value: (cell) => cell.schedule?.dropped,
  }),
  count({
    id: 'connection-limited',
    column: 'connection_limited',
    label: 'connection-limited',
    better: 'lower',
    reading: 'Handshakes that started late because the limit of handshakes in flight was reached.',
    value: (cell) => cell.schedule?.connectionLimited,
  }),
  quantity({
    id: 'share.asked',
    column: 'asked_share',
    label: 'asked',
    unit: 'share',
    reading: 'Requested share of its mix.',
    value: (cell) => cell.mix?.askedShare,
  }),
  quantity({
    id: 'share.got',
    column: 'got_share',
    label: 'got',
    unit: 'share',
    reading: 'Achieved share of the attempts of its mix.',
    value: (cell) => cell.mix?.gotShare,
  }),
  cpu({
    id: 'cpu.server.mix',
    column: 'cpu_server_mix_ns',
    label: 'CPU server, mix',
    reading: "CPU time of the server's processes per honoured handshake of the whole mix, since its parts share one server.",
    value: (cell) => cell.mix?.cpuServerNs,
  }),
  count({
    id: 'sessions.offered',
    column: 'sessions_offered',
    label: 'sessions',
    reading: 'Different sessions that were offered.',
    value: (cell) => cell.offeredSessions?.sessions,
  }),
  quantile({
    id: 'session-age.p50',
    label: 'session age',
    better: 'neither',
    reading: 'Median age of a session when it was offered.',
    quantile: { of: 'session-age', p: 0.5 },
  }),
  count({
    id: 'saturated',
    column: 'saturated_blocks',
    label: 'saturated',
    better: 'lower',
    reading: "Blocks in which the generator itself was the bottleneck: their latency is not the server's.",
    value: (cell) => cell.saturatedBlocks,
  }),
  rate({
    id: 'capacity',
    column: 'capacity_per_s',
    label: 'capacity',
    reading: 'The highest rate that met the objective, confirmed by a repeat. The other columns are of this rate.',
    value: (cell) => cell.capacity?.foundPerSecond ?? undefined,
  }),
  rate({
    id: 'capacity.fails',
    column: 'capacity_fails_per_s',
    label: 'fails at',
    reading: 'The lowest rate above the capacity that did not meet the objective.',
    value: (cell) => cell.capacity?.failsPerSecond ?? undefined,
  }),
  count({
    id: 'hello-retries',
    column: 'hello_retries',
    label: 'hello retries',
    better: 'lower',
    reading:
      'Handshakes in which the server asked for another key share (HelloRetryRequest), among those whose hellos were read.',
    value: (cell) => (cell.tapped === 0 ? undefined : cell.helloRetries),
  }),
] as const satisfies readonly Metric[];
