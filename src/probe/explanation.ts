import type { ExplainedConnection } from '../domain/probe-record.ts';
import { explainConnection } from '../report/probe/explain.ts';
import { keyName, ticketLayout } from '../tls/ticket-layout.ts';
import type { Examination } from './examination.ts';
import { ticketsOf } from './tickets.ts';

/** Tells one connection of each kind to the first address that answers. */
export const explainFirst = (examinations: readonly Examination[]): ExplainedConnection[] => {
  const address = examinations.findIndex((examination) => examination.examples().length > 0);
  const examples = examinations[address]?.examples() ?? [];
  const layout = ticketLayout(examples.flatMap(({ visit }) => ticketsOf(visit).map(({ ticket }) => ticket)));
  return examples.map(({ protocol, offered, visit: { messages } }) => ({
    address,
    protocol,
    offered,
    lines: [...explainConnection({ messages, keyName: (ticket) => keyName(ticket, layout) })],
  }));
};
