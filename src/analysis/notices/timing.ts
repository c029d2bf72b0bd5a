import { cellLabel } from '../../domain/cell.ts';
import type { Notice } from '../../domain/notice.ts';
import { plateauOf, type Plateau } from './plateau.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/** A server that uses more of a core than this may be slow for want of it: then a plateau can be a queue. */
const BUSY_CORES = 0.5;

/** Where nothing else tells, handshakes within so little of each other are taken for a timer's and not a queue's. */
const NARROW_NS = 6e6;

/** What the times of a cell tell that its quantiles do not. */
export const timingNotices = (cell: CellSummary): Notice[] => [
  ...helloRetryNotices(cell),
  ...extraTripNotices(cell),
  ...plateauNotices(cell),
  ...retransmissionNotices(cell),
  ...answerNotices(cell),
  ...errorStatusNotices(cell),
  ...clockNotices(cell),
];

/** On a short path no clock shows a retry, yet it costs both sides CPU time. */
const helloRetryNotices = (cell: CellSummary): Notice[] => {
  const { helloRetryShare: share, group } = cell;
  if (share === undefined || share === 0) return [];
  return [{ code: 'hello-retry', severity: 'warning', cell: cellLabel(cell), share, group: group ?? null }];
};

const extraTripNotices = (cell: CellSummary): Notice[] => {
  const { roundTrips } = cell;
  if (roundTrips?.taken === undefined || roundTrips.taken <= roundTrips.needed) return [];
  const { taken, needed, rttNs } = roundTrips;
  return [{ code: 'extra-round-trips', severity: 'warning', cell: cellLabel(cell), taken, needed, rttNs }];
};

const plateauNotices = (cell: CellSummary): Notice[] => {
  const { roundTrips } = cell;
  const plateau =
    roundTrips && plateauOf(cell.split?.waitNs ?? cell.handshakeNs, (roundTrips.taken ?? roundTrips.needed) * roundTrips.rttNs);
  if (plateau === undefined || mayBeQueue(cell, plateau)) return [];
  const { timerMs, share } = plateau;
  return [{ code: 'delayed-ack', severity: 'warning', cell: cellLabel(cell), timerMs, share }];
};

/** A closed load on a server that is its own bottleneck has a latency of concurrency / rate, which can be just that of a timer. */
const mayBeQueue = (cell: CellSummary, { isBesideFast }: Plateau): boolean => {
  if (isBesideFast) return false;
  if (cell.cpuServerNs !== undefined) return (cell.cpuServerNs * (cell.ratePerSecond ?? 0)) / 1e9 > BUSY_CORES;
  return (cell.handshakeNs.quantileNs(0.9) ?? 0) - (cell.handshakeNs.quantileNs(0.1) ?? 0) > NARROW_NS;
};

/** A lost SYN costs a second, and another segment 200 ms or more: they explain latencies that nothing else does. */
const retransmissionNotices = (cell: CellSummary): Notice[] => {
  const { retransmitted } = cell;
  if (retransmitted === undefined) return [];
  const { connections, segments, residenceNs } = retransmitted;
  const of = cell.handshakes + cell.errors;
  const medianNs = residenceNs.quantileNs(0.5) ?? 0;
  return [{ code: 'retransmissions', severity: 'warning', cell: cellLabel(cell), connections, of, segments, medianNs }];
};

const answerNotices = (cell: CellSummary): Notice[] => {
  const { unanswered } = cell;
  if (unanswered === 0) return [];
  const asked = unanswered + cell.firstByteNs.count;
  return [{ code: 'unanswered', severity: 'warning', cell: cellLabel(cell), unanswered, asked }];
};

const errorStatusNotices = (cell: CellSummary): Notice[] => {
  const { errorStatuses: because, firstByteNs } = cell;
  if (Object.keys(because).length === 0) return [];
  return [{ code: 'error-statuses', severity: 'warning', cell: cellLabel(cell), answers: firstByteNs.count, because }];
};

const clockNotices = (cell: CellSummary): Notice[] => {
  const reason = cell.sequential?.coarseClock;
  return reason === undefined ? [] : [{ code: 'coarse-clock', severity: 'warning', cell: cellLabel(cell), reason }];
};
