import type { TicketReport } from '../domain/probe-record.ts';
import { shortHash } from '../tls/short-hash.ts';
import { ticketLayout } from '../tls/ticket-layout.ts';
import type { DecodedOf } from '../tls/messages/decoded.ts';
import type { Visit } from './visit.ts';

/** Describes the tickets of all full handshakes with one address. */
export const ticketReport = (visits: readonly Visit[], needsRequest: boolean): TicketReport => {
  const given = visits.map(ticketsOf);
  const tickets = given.flat();
  const first = tickets[0];
  const layout = ticketLayout(tickets.map(({ ticket }) => ticket));
  const named = layout.names.filter((name) => name !== '');
  const keyNames = [...new Set(named)];
  return {
    count: Math.max(0, ...given.map(({ length }) => length)),
    bytes: [...new Set(tickets.map(({ ticket }) => ticket.length))].toSorted((a, b) => a - b),
    hash: first === undefined ? null : shortHash(first.ticket),
    lifetimeS: first === undefined || first.lifetimeS === 0 ? null : first.lifetimeS,
    arrival: first === undefined ? null : arrivalOf(visits, needsRequest),
    family: layout.family,
    nameBytes: layout.nameBytes,
    keyNames,
    keyNameOrder: named.map((name) => keyNames.indexOf(name)),
    keyRotations: rotationsBetween(layout.keyNumbers),
  };
};

/** Java numbers its keys one after another, from a random number on that may overflow. */
const rotationsBetween = (numbers: readonly number[]): number | null => {
  const [first] = numbers;
  if (first === undefined) return null;
  const steps = numbers.map((number) => (number - first) | 0);
  return Math.max(...steps) - Math.min(...steps);
};

/** Tickets of a handshake; an empty one is none (RFC 5077, section 3.3). */
export const ticketsOf = ({ messages }: Visit): readonly DecodedOf<'new-session-ticket'>[] =>
  messages.filter(
    (message): message is DecodedOf<'new-session-ticket'> => message.kind === 'new-session-ticket' && message.ticket.length > 0,
  );

const arrivalOf = (visits: readonly Visit[], needsRequest: boolean): TicketReport['arrival'] => {
  if (needsRequest) return 'after-request';
  const withTicket = visits.find((each) => ticketsOf(each).length > 0);
  const kinds = withTicket?.messages.map(({ kind, from }) => `${from} ${kind}`) ?? [];
  return kinds.indexOf('server new-session-ticket') < kinds.indexOf('client finished') ||
    kinds.indexOf('server new-session-ticket') < kinds.lastIndexOf('server finished')
    ? 'with-handshake'
    : 'after-handshake';
};
