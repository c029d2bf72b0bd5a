import { compareStates, isDecided } from '../../analysis/compare/states.ts';
import { acceptedRun, summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import { run } from '../execute.ts';
import type { RunOptions } from '../prepare/prepared.ts';

/** A run, and the comparison of each of its other states with the first. */
export interface LiveComparison {
  readonly summary: RunSummary;
  readonly comparisons: readonly Comparison[];
}

export interface CompareOptions extends Omit<RunOptions, 'isDecided'> {
  /** Judge a run that is partial by what it has; default false, which leaves every row undecided. */
  readonly acceptsPartial?: boolean;
}

/**
 * Measures the states of a scenario side by side and compares them. With planned looks it ends at the first that decides every judged
 * metric.
 *
 * @throws ResumarkError when there are not two states, or when nothing can be measured.
 */
export const compare = async (decoded: DecodedScenario, options: CompareOptions = {}): Promise<LiveComparison> => {
  const states = Object.keys(decoded.scenario.states);
  if (states.length < 2) {
    throw new ResumarkError(
      'USAGE',
      `a comparison needs two states, but the scenario has ${states.join()} only.`,
      'Name both: compare before=host:port after=host:port.',
    );
  }
  const record = await run(decoded, { ...options, isDecided: (soFar) => compareStates(soFar).every(isDecided) });
  const summary = summarizeRun(record);
  return { summary, comparisons: compareStates(acceptedRun(summary, options.acceptsPartial ?? false)) };
};
