import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted, formatDuration, formatShare, grouped } from './units.ts';

/** A line per cell on the sessions that it offered, where the session policy is not the default. */
export const sessionLines = (run: RunRecord, cells: readonly CellSummary[]): string[] => {
  const load = run.scenario['load'] as Readonly<Partial<Record<string, unknown>>> | undefined;
  const isUsual = (load?.['sessions'] ?? 'distinct') === 'distinct' && (load?.['offerAfter'] ?? 0) === 0;
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
