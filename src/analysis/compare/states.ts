import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { leastPairs } from '../../stats/planned-looks.ts';
import { compareSettingsOf } from '../settings-of-run.ts';
import type { RunSummary } from '../summary/run-summary.ts';
import { comparePaired } from './paired.ts';

/**
 * Compares the states of one run: each of the others with the first. Together they keep the promised rate of false alarms.
 *
 * @param settings default to those of the run's scenario.
 * @throws ResumarkError USAGE when the run has one state only.
 */
export const compareStates = (
  summary: RunSummary,
  settings: CompareSettings = compareSettingsOf(summary.settings),
): Comparison[] => {
  const { id, states } = summary.run;
  const [before, ...others] = states.map(({ label }) => label);
  if (before === undefined || others.length === 0) {
    throw new ResumarkError(
      'USAGE',
      `${id} has one state only, so there is nothing to compare it with.`,
      'Name a second run, or measure two states in one scenario.',
    );
  }
  const shared = { ...settings, alpha: settings.alpha / others.length };
  return others.map((after) => comparePaired(summary, { before, after }, shared));
};

/**
 * Tells whether a run's folder and page hold comparisons. The blocks of a capacity search are no pairs: each state was loaded
 * as much as it could take.
 */
export const isCompared = (run: RunRecord): boolean =>
  run.states.length > 1 && run.status !== 'running' && run.capacity.length === 0;

/** Tells whether more pairs could not tell more: every judged metric has its verdict, or a caveat that no pair removes. */
export const isDecided = ({ rows, alphaPerLook }: Comparison): boolean =>
  rows
    .filter(({ role }) => role === 'primary')
    .every(({ verdict, caveat, pairs }) => verdict !== 'inconclusive' || (caveat !== null && pairs >= leastPairs(alphaPerLook)));
