import { cellLabel } from '../../domain/cell.ts';
import type { CapacityRecord, TrialVerdict } from '../../domain/capacity-record.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted, formatDuration, formatRate, formatShare } from './units.ts';

/** The result of each search in a sentence. */
export const capacityLines = (run: RunRecord): string[] =>
  run.capacity.map((search) => {
    const label = run.cells
      .filter(({ id }) => search.cells.includes(id))
      .map(cellLabel)
      .join(' and ');
    return `${label}: ${foundText(search)} (${counted(search.trials.length, 'trial')}${search.isOver ? '' : ' so far'})`;
  });

const foundText = (search: CapacityRecord): string => {
  const { foundPerSecond, failsPerSecond, isConfirmed, isOver, tolerance } = search;
  if (!isOver) return `still searching for a rate with ${demandText(search)}`;
  if (foundPerSecond === null) return `no rate with ${demandText(search)}`;
  const found = `sustains ${formatRate(foundPerSecond)} with ${demandText(search)}`;
  const confirmed = isConfirmed ? `confirmed within ${formatShare(tolerance)}` : 'not confirmed';
  return failsPerSecond === null
    ? `${found}; no higher rate failed`
    : `${found}, ${confirmed}; ${failText(search, failsPerSecond)}`;
};

/** `p99 < 25 ms and at most 0.1% errors`. */
const demandText = ({ objective, maxErrors }: Pick<CapacityRecord, 'objective' | 'maxErrors'>): string =>
  `${objective.name} < ${formatDuration(objective.limitNs)} and ${maxErrors === 0 ? 'no' : `at most ${formatShare(maxErrors)}`} errors`;

const failText = ({ trials, objective }: CapacityRecord, failsPerSecond: number): string => {
  const failed = trials.findLast(({ perSecond, verdict }) => perSecond === failsPerSecond && verdict !== 'sustained');
  if (failed === undefined) return '';
  const reason: Readonly<Record<TrialVerdict, string>> = {
    sustained: '',
    'too-slow': `${objective.name} was ${formatDuration(failed.responseNs ?? undefined)}`,
    errors: `${formatShare(failed.errorShare)} failed`,
    behind: `only ${formatRate(failed.achievedPerSecond)} was achieved`,
    generator: 'this generator was too slow',
    'never-honoured': 'no handshake was honoured',
  };
  return `at ${formatRate(failsPerSecond)} ${reason[failed.verdict]}`;
};
