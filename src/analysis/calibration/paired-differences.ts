import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { blockSummaries, blockValues, pairByRound, type BlockSummary } from '../summary/block-values.ts';
import { cellPairs, type CellPair } from '../compare/cell-pairs.ts';
import { COMPARED, type ComparedMetric } from '../metrics/catalogue.ts';
import { minimumEffect } from '../compare/minimum-effect.ts';
import { summarize, type CellSummary } from '../summary/cell-summary.ts';

/** The differences of one judged metric between two states, round by round. */
export interface PairedDifferences {
  readonly cell: CellRecord;
  readonly metric: ComparedMetric;
  /** ln(second / first), in the order of the rounds. */
  readonly logRatios: readonly number[];
  /** Whether the second state's block was measured after the first's, per round; `undefined` where they shared a window. */
  readonly wasSecond: readonly (boolean | undefined)[];
  /** Change that counts, the absolute floor taken in. */
  readonly minEffect: number;
}

/** The differences of every metric that a gate judges by itself, between the first two states of a run. */
export const pairedDifferences = (run: RunRecord, settings: CompareSettings): PairedDifferences[] => {
  const [before = '', after = ''] = run.states.map(({ label }) => label);
  const primary = COMPARED.filter(({ comparison }) => comparison === 'primary');
  const summaries = summarize(run);
  return cellPairs(run, { before, after }).flatMap((pair) => {
    const blocks = { before: blockSummaries(run, pair.before), after: blockSummaries(run, pair.after) };
    return primary.flatMap((compared) => differencesOf(run, pair, { blocks, summaries, compared, settings }) ?? []);
  });
};

interface DifferenceOrder {
  readonly blocks: { readonly before: readonly BlockSummary[]; readonly after: readonly BlockSummary[] };
  readonly summaries: readonly CellSummary[];
  readonly compared: ComparedMetric;
  readonly settings: CompareSettings;
}

const differencesOf = (
  run: RunRecord,
  pair: CellPair,
  { blocks, summaries, compared, settings }: DifferenceOrder,
): PairedDifferences | undefined => {
  const pairs = pairByRound(blockValues(blocks.before, compared).byRound, blockValues(blocks.after, compared).byRound).toSorted(
    (a, b) => a.round - b.round,
  );
  if (pairs.length === 0) return undefined;
  const orderOf = (cell: CellRecord, round: number): number =>
    run.blocks.find((block) => block.cell === cell.id && block.round === round)?.order ?? 0;
  return {
    cell: pair.after,
    metric: compared,
    logRatios: pairs.map(({ first, second }) => Math.log(second / first)),
    wasSecond: pairs.map(({ round }) => {
      const distance = orderOf(pair.after, round) - orderOf(pair.before, round);
      return distance === 0 ? undefined : distance > 0;
    }),
    minEffect: minimumEffect(compared, typicalValues(summaries, pair, compared), settings),
  };
};

const typicalValues = (summaries: readonly CellSummary[], pair: CellPair, { value }: ComparedMetric) => {
  const valueOf = ({ id: cellId }: CellRecord): number | undefined => {
    const summary = summaries.find((one) => one.id === cellId);
    return summary === undefined ? undefined : value(summary);
  };
  return { before: valueOf(pair.before), after: valueOf(pair.after) };
};
