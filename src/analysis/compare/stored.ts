import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { compareRuns } from './runs.ts';
import { differencesBetween } from './compatibility.ts';
import type { RunSummary } from '../summary/run-summary.ts';
import type { ComparableSides, RunsOfState } from './runs-of-state.ts';

/** Stored runs of one side of a comparison. */
export interface StoredSide {
  readonly label: string;
  readonly runs: readonly RunSummary[];
}

/** How stored runs are compared. */
export interface StoredOptions {
  readonly settings: CompareSettings;
  /** Which state of each run is meant; without it the only one, or the one with the side's label. */
  readonly state: string | undefined;
  /** Compare runs although they differ in more than the change. */
  readonly isForced: boolean;
}

/**
 * Compares runs that were measured apart.
 *
 * @throws ResumarkError USAGE when it is not clear which state of a run is meant; RESULT_FILE when the runs differ in something else than
 * the change that they are to show, with every difference.
 */
export const compareStored = (before: StoredSide, after: StoredSide, options: StoredOptions): Comparison => {
  const sides = comparableSides(before, after, options);
  return compareRuns(sides, options.settings);
};

/**
 * The states of stored runs that are held against each other.
 *
 * @throws ResumarkError as {@link compareStored} does.
 */
export const comparableSides = (
  before: StoredSide,
  after: StoredSide,
  { state, isForced }: Pick<StoredOptions, 'state' | 'isForced'>,
): ComparableSides => {
  const sides = { before: statesOf(before, state), after: statesOf(after, state) };
  const differences = differencesBetween(sides.before, sides.after);
  if (differences.length === 0 || isForced) return { ...sides, differences };
  throw new ResumarkError(
    'RESULT_FILE',
    ['the runs cannot be compared: they differ in more than the change.', ...differences.map(differenceLine)].join('\n'),
    'Measure both alike, or compare them all the same with --force.',
  );
};

const statesOf = ({ label, runs }: StoredSide, wanted: string | undefined): RunsOfState => {
  const [first, ...rest] = runs.map((summary) => ({ summary, state: stateOf(summary, label, wanted) }));
  if (first === undefined) throw new RangeError(`there must be a run of ${label}`);
  return { label, runs: [first, ...rest] };
};

const stateOf = ({ run }: RunSummary, side: string, wanted: string | undefined): string => {
  const labels = run.states.map(({ label }) => label);
  const [only, ...others] = labels;
  if (wanted === undefined && only !== undefined && others.length === 0) return only;
  const meant = labels.find((label) => label === (wanted ?? side));
  if (meant !== undefined) return meant;
  throw new ResumarkError(
    'USAGE',
    `${run.id} has no state ${wanted ?? side}: its states are ${labels.join(', ')}.`,
    'Say which is meant with --state LABEL.',
  );
};

const differenceLine = ({
  what,
  before,
  after,
}: {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}): string => `  ${what}: ${before || 'unknown'} before, ${after || 'unknown'} after`;
