import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { capacityLines } from './capacity.ts';
import { roundTripLines } from './round-trips.ts';
import { sessionLines } from './sessions.ts';

/** Lines of one subject that stand beside the table. */
export interface Told {
  readonly title: string;
  readonly lead: string;
  readonly lines: readonly string[];
}

/** Everything that is told in words beside the table and the savings; subjects that have nothing to tell are left out. */
export const toldSections = (summary: RunSummary): Told[] =>
  [
    {
      title: 'Capacity',
      lead: 'The highest rate that kept the objective, confirmed by a repeat, and why a little more did not.',
      lines: capacityLines(summary.run),
    },
    {
      title: 'Round trips',
      lead: 'The median handshake as the way to the server and back, and what is left for work and queueing.',
      lines: roundTripLines(summary.cells),
    },
    {
      title: 'Sessions',
      lead: 'How many sessions were offered, how often and how old, and how many of the handshakes were resumed by them.',
      lines: sessionLines(summary),
    },
  ].filter(({ lines }) => lines.length > 0);
