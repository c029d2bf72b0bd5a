import { quantile, quantity } from './kinds.ts';
import type { Metric } from './metric.ts';

/** Metrics of what follows a handshake: the sessions that a server gives, and the answer to a request. */
export const SESSION_METRICS = [
  quantile({
    id: 'ticket.p50',
    label: 'to ticket',
    reading:
      'Median time from the end of a TLS 1.3 handshake until the first ticket: before it a client has nothing to resume with.',
    quantile: { of: 'first-ticket', p: 0.5 },
  }),
  quantity({
    id: 'tickets',
    column: 'tickets_per_handshake',
    label: 'tickets',
    unit: 'ratio',
    reading:
      'Tickets and session IDs that the server gave per finished handshake, as far as they came before the connection was closed.',
    value: (cell) => cell.ticketsPerHandshake,
  }),
  quantity({
    id: 'ticket.bytes',
    column: 'ticket_bytes',
    label: 'ticket size',
    unit: 'bytes',
    better: 'lower',
    reading: 'Size of the largest ticket; 0 is a session ID. A resumption carries it back in its ClientHello.',
    value: (cell) => cell.ticketBytes,
  }),
  quantity({
    id: 'ticket.lifetime',
    column: 'ticket_lifetime_s',
    label: 'lifetime',
    unit: 's',
    reading: 'Lifetime that the server stated for its tickets, the shortest; 0 states none. It may forget them earlier.',
    value: (cell) => cell.ticketLifetimeS,
  }),
  quantile({
    id: 'first-byte.p50',
    label: 'first byte',
    reading:
      'Median time from the ClientHello until the first byte of the answer to a request: what all modes can be compared by.',
    quantile: { of: 'first-byte', p: 0.5 },
  }),
  quantile({
    id: 'first-byte.p99',
    label: 'first byte p99',
    reading: '99% of the first bytes of answers came within this time of the ClientHello.',
    quantile: { of: 'first-byte', p: 0.99 },
  }),
  quantile({
    id: 'first-byte-after-handshake.p50',
    label: 'first byte after handshake',
    reading:
      'Median time from the end of the handshake on our side until the first byte of the answer. About 0 where early data were answered.',
    quantile: { of: 'first-byte-after-handshake', p: 0.5 },
  }),
] as const satisfies readonly Metric[];
