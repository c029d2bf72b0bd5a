import { countedTrips } from '../../analysis/summary/round-trips.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { counted, formatDuration } from './units.ts';

/**
 * A line per cell whose round trips could be counted: the time that they take, and the remainder.
 */
export const roundTripLines = (cells: readonly CellSummary[]): string[] => {
  const hasStates = new Set(cells.map((cell) => cell.state)).size > 1;
  return cells.flatMap((cell) => {
    const { roundTrips } = cell;
    if (roundTrips?.taken === undefined) return [];
    const { taken, rttNs, remainderNs } = roundTrips;
    const label = `${hasStates ? `${cell.state} ` : ''}${protocolLabel(cell.protocol)} ${cell.mode}`;
    const p50 = formatDuration(cell.handshakeNs.quantileNs(0.5));
    const trips = `${counted(taken, 'round trip')} of ${formatDuration(rttNs)} + ${formatDuration(remainderNs)}`;
    return [[`${label}: p50 ${p50} = ${trips}`, ...answerText(cell, rttNs), ...ticketText(cell, rttNs)].join('; ')];
  });
};

const answerText = ({ firstByteAfterHandshakeNs, firstByteNs }: CellSummary, rttNs: number): string[] => {
  const more = firstByteAfterHandshakeNs.minNs === undefined ? undefined : countedTrips(firstByteAfterHandshakeNs.minNs, rttNs);
  return more === undefined
    ? []
    : [`first byte ${formatDuration(firstByteNs.quantileNs(0.5))}, ${counted(more, 'round trip')} more`];
};

const ticketText = ({ ticketNs }: CellSummary, rttNs: number): string[] => {
  const later = ticketNs.minNs === undefined ? undefined : countedTrips(ticketNs.minNs, rttNs);
  return later === undefined ? [] : [`ticket ${counted(later, 'round trip')} later`];
};
