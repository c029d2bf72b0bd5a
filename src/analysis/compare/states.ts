import type { Comparison } from '../../domain/comparison.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { decodeCompare, type RawSettings } from '../../scenario/decode.ts';
import { leastPairs } from '../../stats/planned-looks.ts';
import { comparePaired } from './paired.ts';

/**
 * Compares the states of one run: each of the others with the first. Together they keep the promised rate of false alarms.
 *
 * @param settings default to those of the run's scenario.
 * @throws ResumarkError USAGE when the run has one state only.
 */
export const compareStates = (run: RunRecord, settings?: CompareSettings): Comparison[] => {
  if (settings !== undefined) return freshly(run, settings);
  const comparisons = kept.get(run) ?? freshly(run, settingsOf(run));
  kept.set(run, comparisons);
  return comparisons;
};

/** Whether a run's folder and page hold comparisons. The blocks of a capacity search were loaded as its states bore it: they are no pairs. */
export const isCompared = (run: RunRecord): boolean =>
  run.states.length > 1 && run.status !== 'running' && run.capacity.length === 0;

/** The command, the page and the files of a folder ask alike, and each block's histogram takes its time to decode. */
const kept = new WeakMap<RunRecord, Comparison[]>();

const freshly = (run: RunRecord, settings: CompareSettings): Comparison[] => {
  const [before, ...others] = run.states.map(({ label }) => label);
  if (before === undefined || others.length === 0) {
    throw new ResumarkError(
      'USAGE',
      `${run.id} has one state only, so there is nothing to compare it with.`,
      'Name a second run, or measure two states in one scenario.',
    );
  }
  const shared = { ...settings, alpha: settings.alpha / others.length };
  return others.map((after) => comparePaired(run, { before, after }, shared));
};

/** When a difference counts by the run's own scenario, with the flags that say otherwise. */
export const settingsOf = ({ scenario }: RunRecord, flags: RawSettings = {}): CompareSettings =>
  decodeCompare(flags, scenario['compare'] as Partial<CompareSettings> | undefined);

/** Whether more pairs could not tell more: every judged metric has its verdict, or a doubt that time does not hint. */
export const isDecided = ({ rows, alphaPerLook }: Comparison): boolean =>
  rows
    .filter(({ role }) => role === 'primary')
    .every(({ verdict, doubt, pairs }) => verdict !== 'inconclusive' || (doubt !== '' && pairs >= leastPairs(alphaPerLook)));
