import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import type { RunRecord } from '../../domain/run-record.ts';
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
export const toldSections = (run: RunRecord, cells: readonly CellSummary[]): Told[] =>
  [
    {
      title: 'Capacity',
      lead: 'The highest rate that met the objective, confirmed by a repeat, and why a slightly higher rate failed.',
      lines: capacityLines(run),
    },
    {
      title: 'Round trips',
      lead: 'The median handshake split into network round trips and the rest, which is work and queueing.',
      lines: roundTripLines(cells),
    },
    {
      title: 'Sessions',
      lead: 'How many sessions were offered, how often and at what age, and how many of these handshakes resumed.',
      lines: sessionLines(run, cells),
    },
  ].filter(({ lines }) => lines.length > 0);
