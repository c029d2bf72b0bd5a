import { count, quantile } from './kinds.ts';
import type { Metric } from './metric.ts';

const wait = <const Name extends string>(name: Name, p: number, comparison?: Metric['comparison']): Metric<`wait.${Name}`> =>
  quantile({
    id: `wait.${name}`,
    label: `wait ${name}`,
    reading: `${String(p * 100)}% of the honoured handshakes waited at most this long for the server and the way, by the kernel's clock. Whatever the client is, it is the same.`,
    quantile: { of: 'wait', p },
    holdsQueue: 'never',
    ...(comparison && { comparison }),
  });

/** Metrics of the parts of a handshake, by the kernel's stamps of what arrived. Empty where there are none. */
export const SPLIT_METRICS = [
  wait('p50', 0.5, 'secondary'),
  wait('p90', 0.9),
  wait('p99', 0.99),
  quantile({
    id: 'client.p50',
    label: 'client p50',
    reading:
      "Median of the client's own work in a handshake, from reading what arrived until the next flight is sent: key exchange, signature check, this engine's code.",
    quantile: { of: 'client', p: 0.5 },
    holdsQueue: 'never',
  }),
  quantile({
    id: 'queue.p99',
    label: 'queue p99',
    reading:
      "99% of the honoured handshakes were read late by at most this much. It is the generator's own delay, and in no latency.",
    quantile: { of: 'queue', p: 0.99 },
    holdsQueue: 'never',
  }),
  count({
    id: 'retransmissions',
    column: 'retransmissions',
    label: 'retransmissions',
    better: 'lower',
    reading: 'Segments that the kernel of this side sent again, SYNs among them. Those of the server are not seen.',
    value: (cell) => cell.retransmitted?.segments,
  }),
] as const satisfies readonly Metric[];
