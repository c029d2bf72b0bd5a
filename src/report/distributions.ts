import type { CellSummary } from '../analysis/summary/cell-summary.ts';
import type { LatencyHistogram } from '../stats/histogram.ts';

/** A latency distribution of a cell, as it leaves the program. */
export interface Distribution {
  /** Follows the cell's ID in tags and file names; empty for the time that a user waits. */
  readonly suffix: '' | '.handshake';
  readonly name: 'response time' | 'handshake time';
  readonly histogram: LatencyHistogram;
}

/**
 * The latency distributions of a cell, that of the time a user waits first.
 *
 * Under a schedule it is the response time, from the intended start: a server that stalls delays
 * the starts of all that fall due meanwhile, which handshake times do not show.
 */
export const distributionsOf = ({ handshakeNs, schedule }: CellSummary): readonly [Distribution, ...Distribution[]] =>
  schedule === undefined
    ? [{ suffix: '', name: 'handshake time', histogram: handshakeNs }]
    : [
        { suffix: '', name: 'response time', histogram: schedule.responseNs },
        { suffix: '.handshake', name: 'handshake time', histogram: handshakeNs },
      ];
