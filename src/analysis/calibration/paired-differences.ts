import type { CellRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { blockValues, pairByRound } from '../summary/block-values.ts';
import { summaryOf, validBlocksOf, type RunSummary } from '../summary/run-summary.ts';
import { cellPairs, type CellPair } from '../compare/cell-pairs.ts';
import { COMPARED, type ComparedMetric } from '../metrics/catalogue.ts';
import { minimumEffect } from '../compare/minimum-effect.ts';

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
export const pairedDifferences = (summary: RunSummary, settings: CompareSettings): PairedDifferences[] => {
  const [before = '', after = ''] = summary.run.states.map(({ label }) => label);
  const primary = COMPARED.filter(({ comparison }) => comparison === 'primary');
  return cellPairs(summary.run, { before, after }).flatMap((pair) =>
    primary.flatMap((metric) => differencesOf(summary, pair, { metric, settings }) ?? []),
  );
};

interface Difference {
  readonly metric: ComparedMetric;
  readonly settings: CompareSettings;
}

const differencesOf = (summary: RunSummary, pair: CellPair, { metric, settings }: Difference): PairedDifferences | undefined => {
  const pairs = pairByRound(
    blockValues(validBlocksOf(summary, pair.before), metric).byRound,
    blockValues(validBlocksOf(summary, pair.after), metric).byRound,
  ).toSorted((a, b) => a.round - b.round);
  if (pairs.length === 0) return undefined;
  const positionOf = (cell: CellRecord, round: number): number =>
    summary.run.blocks.find((block) => block.cell === cell.id && block.round === round)?.position ?? 0;
  return {
    cell: pair.after,
    metric,
    logRatios: pairs.map(({ first, second }) => Math.log(second / first)),
    wasSecond: pairs.map(({ round }) => {
      const distance = positionOf(pair.after, round) - positionOf(pair.before, round);
      return distance === 0 ? undefined : distance > 0;
    }),
    minEffect: minimumEffect(metric, typicalValues(summary, pair, metric), settings),
  };
};

const typicalValues = (summary: RunSummary, pair: CellPair, { value }: ComparedMetric) => {
  const valueOf = (cell: CellRecord): number | undefined => {
    const found = summaryOf(summary, cell);
    return found === undefined ? undefined : value(found);
  };
  return { before: valueOf(pair.before), after: valueOf(pair.after) };
};
