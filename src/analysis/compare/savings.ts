import type { ComparedSaving } from '../../domain/comparison.ts';
import { mean } from '../../stats/descriptive.ts';
import { savings, SAVING_METRICS, type Saving } from '../summary/saving.ts';
import type { CellSummary } from '../summary/cell-summary.ts';

/**
 * What each resumption mode saves in a state, over all its runs: the geometric mean of the ratios.
 *
 * @param runs the state's cells in each run.
 */
export const comparedSavings = (runs: readonly (readonly CellSummary[])[]): ComparedSaving[] => {
  const all = runs.flatMap(savings);
  const kinds = new Map(all.map((saving) => [`${saving.protocol} ${saving.mode}`, saving]));
  return [...kinds.values()].map(({ protocol, mode }) => {
    const same = all.filter((saving) => saving.protocol === protocol && saving.mode === mode);
    return { protocol, mode, change: typicalChange(same) };
  });
};

const typicalChange = (same: readonly Saving[]): ComparedSaving['change'] =>
  Object.fromEntries(
    SAVING_METRICS.flatMap((id) => {
      const logs = same.flatMap(({ change }) => (change[id] === undefined ? [] : [Math.log1p(change[id])]));
      return logs.length === 0 ? [] : [[id, Math.expm1(mean(logs))]];
    }),
  );
