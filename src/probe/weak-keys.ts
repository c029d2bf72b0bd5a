import type { WeakKeyReport } from '../domain/probe-record.ts';
import type { Session } from '../engine/engine.ts';
import { readSessionDer, type TicketFacts } from '../tls/session-der.ts';
import { keyName, ticketLayout } from '../tls/ticket-layout.ts';
import { WEAK_KEYS_TRIED, weakKeyOf } from '../tls/weak-ticket-keys.ts';

/**
 * Tries weak keys on tickets of our own sessions, one of each key that has a name. The sessions stay in this process, and of what is found
 * only the kind of the key leaves it.
 */
export const weakKeyReport = (sessions: readonly Session[]): WeakKeyReport | null => {
  const own = sessions.filter(({ ticketBytes }) => ticketBytes > 0).map((session) => readSessionDer(session.der()));
  if (own.length === 0) return null;
  const found = onePerKey(own).map(weakKeyOf);
  return { keys: WEAK_KEYS_TRIED, found: found.find((key) => key !== undefined) ?? null };
};

const onePerKey = (own: readonly TicketFacts[]): TicketFacts[] => {
  const layout = ticketLayout(own.map(({ ticket }) => ticket));
  return [...new Map(own.map((facts) => [keyName(facts.ticket, layout), facts])).values()];
};
