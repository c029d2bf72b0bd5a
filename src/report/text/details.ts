import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { accountLines } from './accounts.ts';
import { capacityLines } from './capacity.ts';
import { eventLines } from './events.ts';
import { fleetLines } from './fleet.ts';
import { helloRetryLines } from './hello-retries.ts';
import { roundTripLines } from './round-trips.ts';
import { sessionLines } from './sessions.ts';

/** Lines on one subject that stand beside the table. */
export interface DetailSection {
  readonly title: string;
  readonly lead: string;
  readonly lines: readonly string[];
}

/**
 * Everything that is said in words beside the table and the savings; subjects without a line are
 * left out.
 */
export const detailSections = (summary: RunSummary): DetailSection[] =>
  [
    {
      title: 'Capacity',
      lead: 'The highest rate that met the objective, confirmed by a repeat, and why a slightly higher rate failed.',
      lines: capacityLines(summary.run),
    },
    {
      title: 'Events',
      lead: 'What was done to the servers in the middle of a window: how far resumption fell, when it was back, and what the full handshakes meanwhile cost.',
      lines: eventLines(summary.run),
    },
    {
      title: 'Round trips',
      lead: 'The median handshake split into network round trips and the rest, which is work and queueing.',
      lines: roundTripLines(summary.cells),
    },
    {
      title: 'Key exchange',
      lead: 'The handshakes in which the server asked for another key share than the client had sent.',
      lines: helloRetryLines(summary.cells),
    },
    {
      title: 'Fleets',
      lead: 'The nodes behind a balancer, and the CPU time of what stands around them, which is in no other number.',
      lines: fleetLines(summary.run),
    },
    {
      title: 'Sessions',
      lead: 'How many sessions were offered, how often and at what age, and how many of these handshakes resumed.',
      lines: sessionLines(summary),
    },
    {
      title: 'Account of the servers',
      lead: 'How many handshakes the servers counted themselves, those of the preparation and of priming included, held against ours.',
      lines: accountLines(summary.run),
    },
  ].filter(({ lines }) => lines.length > 0);
