import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { capacityLines } from './capacity.ts';
import { roundTripLines } from './round-trips.ts';
import { sessionLines } from './sessions.ts';

/** Lines on one subject that stand beside the table. */
export interface Told {
  readonly title: string;
  readonly lead: string;
  readonly lines: readonly string[];
}

/**
 * Everything that is said in words beside the table and the savings; subjects without a line are
 * left out.
 */
export const toldSections = (summary: RunSummary): Told[] =>
  [
    {
      title: 'Capacity',
      lead: 'The highest rate that met the objective, confirmed by a repeat, and why a slightly higher rate failed.',
      lines: capacityLines(summary.run),
    },
    {
      title: 'Round trips',
      lead: 'The median handshake split into network round trips and the rest, which is work and queueing.',
      lines: roundTripLines(summary.cells),
    },
    {
      title: 'Sessions',
      lead: 'How many sessions were offered, how often and at what age, and how many of these handshakes resumed.',
      lines: sessionLines(summary),
    },
  ].filter(({ lines }) => lines.length > 0);
