import { cellLabel } from '../../domain/cell.ts';
import type { Notice } from '../../domain/notice.ts';
import type { CapacityRecord } from '../../domain/capacity-record.ts';
import type { RunRecord } from '../../domain/run-record.ts';

/** What has to be known before a capacity is believed. */
export const capacityNotices = (run: RunRecord): Notice[] =>
  run.capacity.filter(({ isOver }) => isOver).flatMap((search) => noticesOf(search, labelOf(run, search)));

const labelOf = (run: RunRecord, { cells }: CapacityRecord): string =>
  run.cells
    .filter(({ id }) => cells.includes(id))
    .map(cellLabel)
    .join(' and ');

const noticesOf = (search: CapacityRecord, cell: string): Notice[] => {
  const { foundPerSecond, failsPerSecond, isConfirmed, trials } = search;
  const lowest = Math.min(...trials.map(({ perSecond }) => perSecond));
  // A mode that is never honoured has its own notice.
  if (trials.some(({ verdict }) => verdict === 'never-honoured')) return [];
  if (foundPerSecond === null) {
    return [{ code: 'no-capacity', severity: 'error', cell, lowestPerSecond: lowest, medianNs: medianInTime(search, lowest) }];
  }
  const limit = trials.filter(({ perSecond }) => perSecond === failsPerSecond);
  const isGenerators = limit.some(({ verdict }) => verdict === 'generator');
  return [
    ...(isGenerators ? [{ code: 'capacity-of-generator', severity: 'warning', cell, perSecond: foundPerSecond } as const] : []),
    ...(isConfirmed ? [] : [{ code: 'capacity-unconfirmed', severity: 'warning', cell, trials: trials.length } as const]),
  ];
};

/** The median at a rate that leaves a target nearly idle: where it is within the limit, noise keeps the tail from meeting it. */
const medianInTime = ({ trials, objective }: CapacityRecord, perSecond: number): number | null => {
  const slow = trials.filter((trial) => trial.perSecond === perSecond && trial.verdict === 'too-slow');
  const medians = slow.flatMap(({ medianNs }) => medianNs ?? []);
  return medians.length > 0 && Math.max(...medians) < objective.limitNs ? Math.max(...medians) : null;
};
