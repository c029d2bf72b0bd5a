import type { Caveat } from '../../domain/caveat.ts';
import type { Comparison } from '../../domain/comparison.ts';
import { offersSession } from '../../domain/mode.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { Interval } from '../../stats/hodges-lehmann.ts';
import { alphaPerLook, leastPairs } from '../../stats/planned-looks.ts';
import { effectiveDeviation, smallestDetectable } from '../../stats/power.ts';
import { testPairs } from '../../stats/verdict.ts';
import { blockValues, pairByRound } from '../summary/block-values.ts';
import { summaryOf, validBlocksOf, type RunSummary } from '../summary/run-summary.ts';
import { cellPairs, type CellPair, type ComparedStates } from './cell-pairs.ts';
import { comparedSavings } from './savings.ts';
import { comparisonOf, type UnfinishedComparison } from './rows.ts';
import { COMPARED, type ComparedMetric } from '../metrics/catalogue.ts';
import { spoiltBlocks } from '../metrics/metric.ts';
import { minimumEffect } from './minimum-effect.ts';
import { resumedRow } from './resumed-row.ts';
import { judgeAll, type RowEvidence } from './row-verdict.ts';
import { MOST_SPOILT, POWER } from '../judging-rules.ts';

/**
 * Compares two states of one run by their pairs of blocks: the unit is the pair, never the handshake.
 *
 * The primary rows share the rate of false alarms (Holm); planned looks share it once more (Bonferroni).
 */
export const comparePaired = (summary: RunSummary, states: ComparedStates, options: CompareSettings): Comparison => {
  const { run, settings, cells } = summary;
  const { looks } = settings.plan;
  const alpha = alphaPerLook(options.alpha, Math.max(1, looks.length));
  const pairs = cellPairs(run, states);
  const evidence = pairs.flatMap((pair) =>
    COMPARED.flatMap((metric) => pairedEvidence(summary, pair, { metric, options, alpha }) ?? []),
  );
  const rows = [...judgeAll(evidence, alpha), ...pairs.flatMap((pair) => resumedRow(summary, pair, alpha) ?? [])];
  const comparison: UnfinishedComparison = {
    design: 'paired',
    interleave: run.interleave,
    looks: [...looks],
    before: { state: states.before, runs: [run.id] },
    after: { state: states.after, runs: [run.id] },
    alpha: options.alpha,
    alphaPerLook: alpha,
    rows,
    savings: comparedSavings([cells.filter(({ state }) => state === states.after)]),
    differences: [],
    notices: run.notices,
  };
  return comparisonOf(comparison, [run]);
};

interface EvidenceOptions {
  readonly metric: ComparedMetric;
  readonly options: CompareSettings;
  readonly alpha: number;
}

const pairedEvidence = (
  summary: RunSummary,
  pair: CellPair,
  { metric, options, alpha }: EvidenceOptions,
): RowEvidence | undefined => {
  const before = blockValues(validBlocksOf(summary, pair.before), metric);
  const after = blockValues(validBlocksOf(summary, pair.after), metric);
  // Where neither side can tell it, or resumption is off on one of them, there is nothing to compare: the share of resumed ones says so.
  const known = [before, after].filter(({ byRound }) => byRound.size > 0).length;
  if (known === 0 || (known === 1 && offersSession(pair.before.mode))) return undefined;
  const logRatios = pairByRound(before.byRound, after.byRound).map(({ first, second }) => Math.log(second / first));
  const values = { before: valueOf(summary, pair.before, metric), after: valueOf(summary, pair.after, metric) };
  const minEffect = minimumEffect(metric, values, options);
  const test = testPairs({ logRatios, alpha, minEffect });
  const detectable = detectableBy(test.ratio, { pairs: logRatios.length, alpha, minEffect });
  return {
    protocol: pair.before.protocol,
    mode: pair.before.mode,
    metric,
    per: null,
    role: metric.comparison,
    ...values,
    ratio: test.ratio,
    confidence: 1 - 2 * alpha,
    pairs: logRatios.length,
    pHigher: test.pHigher,
    pLower: test.pLower,
    minEffect,
    detectable,
    caveat: caveatOf(summary.run, pair, { blockCaveat: before.caveat ?? after.caveat, pairs: logRatios.length, alpha, metric }),
  };
};

/** The smallest change that these pairs would have found; `undefined` where they are too few for bounds. */
const detectableBy = (
  ratio: Interval | undefined,
  { pairs, alpha, minEffect }: { readonly pairs: number; readonly alpha: number; readonly minEffect: number },
): number | undefined => {
  if (ratio === undefined || pairs < leastPairs(alpha)) return undefined;
  const interval = { estimate: Math.log(ratio.estimate), lower: Math.log(ratio.lower), upper: Math.log(ratio.upper) };
  return smallestDetectable({ alpha, power: POWER, minEffect, sd: effectiveDeviation(interval, pairs, alpha) }, pairs);
};

const valueOf = (summary: RunSummary, cell: CellRecord, { value }: ComparedMetric): number | undefined => {
  const found = summaryOf(summary, cell);
  return found === undefined || found.honoured === 0 ? undefined : value(found);
};

interface CaveatOptions {
  readonly blockCaveat: Caveat | null;
  readonly pairs: number;
  readonly alpha: number;
  readonly metric: ComparedMetric;
}

/** Why a row must not be judged, null when it may. */
const caveatOf = (run: RunRecord, pair: CellPair, { blockCaveat, pairs, alpha, metric }: CaveatOptions): Caveat | null => {
  if (blockCaveat !== null) return blockCaveat;
  const needed = leastPairs(alpha);
  if (pairs < needed) return { code: 'few-pairs', pairs, needed };
  const blocks = run.blocks.filter(({ cell }) => cell === pair.before.id || cell === pair.after.id);
  const invalid = blocks.filter(({ valid }) => !valid).length;
  if (invalid > MOST_SPOILT * blocks.length) return { code: 'invalid-blocks', invalid, of: blocks.length };
  const saturated = spoiltBlocks(metric, blocks);
  return saturated > MOST_SPOILT * blocks.length ? { code: 'saturated', saturated, of: blocks.length } : null;
};
