import type { RunDifference } from '../../domain/comparison.ts';
import type { RunSummary } from '../summary/run-summary.ts';

/** One state of one run. */
export interface StateOfRun {
  readonly summary: RunSummary;
  readonly state: string;
}

/** Runs of one state that were measured apart from those of the other. */
export interface RunsOfState {
  /** As the comparison names it. */
  readonly label: string;
  readonly runs: readonly [StateOfRun, ...StateOfRun[]];
}

/** Runs of both states, and in what they differ beside the change. */
export interface ComparableSides {
  readonly before: RunsOfState;
  readonly after: RunsOfState;
  readonly differences: readonly RunDifference[];
}
