import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import { counted, formatDuration, formatShare, grouped } from './units.ts';

/** A line per cell on the sessions that it offered, where the session policy is not the default. */
export const sessionLines = ({ settings: { load }, cells }: RunSummary): string[] => {
  const isUsual = load.sessions === 'distinct' && load.offerAfter === 0;
  return isUsual ? [] : cells.flatMap(sessionLine);
};

const sessionLine = (cell: CellSummary): string[] => {
  const { offeredSessions, honouredShare } = cell;
  if (offeredSessions === undefined) return [];
  const { handshakes, sessions, ageNs } = offeredSessions;
  const times = `${counted(handshakes, 'time')} (${grouped(handshakes / sessions)} each)`;
  const age = `${formatDuration(ageNs.minNs)} to ${formatDuration(ageNs.maxNs)} old`;
  return [`${cellLabel(cell)}: ${counted(sessions, 'session')} offered ${times}, ${age}; ${formatShare(honouredShare)} honoured`];
};
