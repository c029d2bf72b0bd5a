import { isConnectFailure } from '../../domain/failure.ts';
import type { LatencyHistogram } from '../../stats/histogram.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/** The spans of time of which a cell has a distribution. */
type Timing =
  | 'handshake'
  | 'wait'
  | 'client'
  | 'queue'
  | 'connect'
  | 'first-byte'
  | 'first-byte-after-handshake'
  | 'first-ticket'
  | 'response'
  | 'service'
  | 'start-delay'
  | 'session-age';

/** A quantile of one of a cell's distributions. */
export interface Quantile {
  readonly of: Timing;
  /** A fraction; 0 is the minimum and 1 the maximum. */
  readonly p: number;
}

interface Distribution {
  readonly histogram: (cell: CellSummary) => LatencyHistogram | undefined;
  /** Counts the connections that never came to the end of the span, because they failed within it. */
  readonly lost: (cell: CellSummary) => number;
}

const none = (): number => 0;

const errors = (cell: CellSummary): number => cell.errors;

/** A connection that failed after its TCP connect was not slow to connect. */
const failedConnects = ({ errorsBy }: CellSummary): number =>
  Object.entries(errorsBy).reduce((sum, [key, count]) => (isConnectFailure(key) ? sum + count : sum), 0);

const DISTRIBUTIONS: Readonly<Record<Timing, Distribution>> = {
  handshake: { histogram: (cell) => cell.handshakeNs, lost: errors },
  wait: { histogram: (cell) => cell.split?.waitNs, lost: errors },
  // Of a connection that failed these say nothing.
  client: { histogram: (cell) => cell.split?.clientNs, lost: none },
  queue: { histogram: (cell) => cell.split?.queueNs, lost: none },
  connect: { histogram: (cell) => cell.connectNs, lost: failedConnects },
  'first-byte': { histogram: (cell) => cell.firstByteNs, lost: ({ errors: failed, unanswered }) => failed + unanswered },
  // These begin at the end of a handshake, which a connection that failed did not reach.
  'first-byte-after-handshake': { histogram: (cell) => cell.firstByteAfterHandshakeNs, lost: (cell) => cell.unanswered },
  'first-ticket': { histogram: (cell) => cell.ticketNs, lost: none },
  response: { histogram: (cell) => cell.schedule?.responseNs, lost: errors },
  service: { histogram: (cell) => cell.schedule?.serviceNs, lost: errors },
  // These are known of every connection that was started.
  'start-delay': { histogram: (cell) => cell.schedule?.lateNs, lost: none },
  'session-age': { histogram: (cell) => cell.offeredSessions?.ageNs, lost: none },
};

/** Returns the quantile of what was timed, as tables show it. */
export const quantileOf = (cell: CellSummary, { of, p }: Quantile): number | undefined =>
  DISTRIBUTIONS[of].histogram(cell)?.quantileNs(p);

/**
 * Returns the quantile as gates and comparisons judge it: a connection that failed counts as slower than any that did not, so
 * that no side wins because its slow ones timed out.
 *
 * @returns Infinity where the quantile lies among the failed ones; `undefined` where nothing was timed.
 */
export const judgedQuantileOf = (cell: CellSummary, { of, p }: Quantile): number | undefined => {
  const { histogram, lost } = DISTRIBUTIONS[of];
  const timed = histogram(cell);
  if (timed === undefined || timed.count === 0) return undefined;
  const shifted = (p * (timed.count + lost(cell))) / timed.count;
  return shifted > 1 ? Number.POSITIVE_INFINITY : timed.quantileNs(shifted);
};
