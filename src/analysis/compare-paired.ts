import { cellLabel } from '../domain/cell.ts';
import type { Comparison } from '../domain/comparison.ts';
import { offersSession } from '../domain/mode.ts';
import type { CellRecord, RunRecord } from '../domain/run-record.ts';
import type { CompareSettings } from '../scenario/compare-schema.ts';
import { standardDeviation } from '../stats/descriptive.ts';
import { alphaPerLook, leastPairs } from '../stats/planned-looks.ts';
import { smallestDetectable } from '../stats/power.ts';
import { testPairs } from '../stats/verdict.ts';
import { blockValues } from './block-values.ts';
import { cellPairs, type CellPair, type ComparedStates } from './cell-pairs.ts';
import { COMPARED, type ComparedMetric } from './compared-metrics.ts';
import { comparedSavings } from './compared-savings.ts';
import { comparisonOf } from './comparison-rows.ts';
import { metric } from './metrics.ts';
import { minimumEffect } from './minimum-effect.ts';
import { resumedRow } from './resumed-row.ts';
import { judgeAll, type RowEvidence } from './row-verdict.ts';
import { summarize, type CellSummary } from './summary.ts';

/** More invalid pairs than this, and what is left is a selection. */
const MOST_INVALID = 0.2;

const POWER = 0.9;

/**
 * Compares two states of one run by their pairs of blocks: the unit is the pair, never the handshake.
 *
 * The primary rows share the rate of false alarms (Holm); planned looks share it once more (Bonferroni).
 */
export const comparePaired = (run: RunRecord, states: ComparedStates, options: CompareSettings): Comparison => {
  const alpha = alphaPerLook(options.alpha, looksOf(run));
  const cells = summarize(run);
  const pairs = cellPairs(run, states);
  const evidence = pairs.flatMap((pair) =>
    COMPARED.flatMap((compared) => pairedEvidence(run, pair, { compared, options, alpha, cells }) ?? []),
  );
  const rows = [...judgeAll(evidence, alpha), ...pairs.flatMap((pair) => resumedRow(run, pair, { cells, alpha }) ?? [])];
  return comparisonOf({
    design: 'paired',
    before: { state: states.before, runs: [run.id] },
    after: { state: states.after, runs: [run.id] },
    alpha: options.alpha,
    alphaPerLook: alpha,
    rows,
    savings: comparedSavings([cells.filter(({ state }) => state === states.after)]),
    differences: [],
    notices: run.notices,
  });
};

/** How often the comparison may have ended early, by the run's plan. */
const looksOf = (run: RunRecord): number => {
  const { looks } = (run.scenario['plan'] ?? {}) as { readonly looks?: readonly number[] };
  return looks?.length ?? 1;
};

interface EvidenceOptions {
  readonly compared: ComparedMetric;
  readonly options: CompareSettings;
  readonly alpha: number;
  readonly cells: readonly CellSummary[];
}

const pairedEvidence = (
  run: RunRecord,
  pair: CellPair,
  { compared, options, alpha, cells }: EvidenceOptions,
): RowEvidence | undefined => {
  const { id, role } = compared;
  const before = blockValues(run, pair.before, id);
  const after = blockValues(run, pair.after, id);
  // Where neither side can tell it, or resumption is off on one of them, there is nothing to compare: the share of resumed ones says so.
  const known = [before, after].filter(({ byRound }) => byRound.size > 0).length;
  if (known === 0 || (known === 1 && offersSession(pair.before.mode))) return undefined;
  const rounds = [...before.byRound.keys()].filter((round) => after.byRound.has(round));
  const logRatios = rounds.map((round) => Math.log((after.byRound.get(round) ?? 1) / (before.byRound.get(round) ?? 1)));
  const values = { before: valueOf(cells, pair.before, id), after: valueOf(cells, pair.after, id) };
  const minEffect = minimumEffect(compared, values, options);
  const test = testPairs({ logRatios, alpha, minEffect });
  const sd = standardDeviation(logRatios);
  return {
    protocol: pair.before.protocol,
    mode: pair.before.mode,
    id,
    role,
    ...values,
    ratio: test.ratio,
    confidence: 1 - 2 * alpha,
    pairs: rounds.length,
    pHigher: test.pHigher,
    pLower: test.pLower,
    minEffect,
    detectable:
      sd === undefined ? undefined : smallestDetectable({ alpha, power: POWER, minEffect, sd }, Math.max(1, rounds.length)),
    doubt: doubtOf(run, pair, { flaws: [before.flaw, after.flaw], pairs: rounds.length, alpha, isLatency: isLatency(compared) }),
  };
};

const valueOf = (cells: readonly CellSummary[], cell: CellRecord, id: ComparedMetric['id']): number | undefined => {
  const summary = cells.find((one) => one.id === cell.id);
  return summary === undefined || summary.honoured === 0 ? undefined : metric(id).value(summary);
};

const isLatency = ({ id }: ComparedMetric): boolean => id.startsWith('p');

interface Doubts {
  readonly flaws: readonly string[];
  readonly pairs: number;
  readonly alpha: number;
  readonly isLatency: boolean;
}

/** Why a row must not be judged, empty when it may. */
const doubtOf = (run: RunRecord, pair: CellPair, { flaws, pairs, alpha, isLatency }: Doubts): string => {
  const found = flaws.find((flaw) => flaw !== '');
  if (found !== undefined) return found;
  const needed = leastPairs(alpha);
  if (pairs < needed) return `${String(pairs)} pairs are too few: this level needs ${String(needed)}`;
  const blocks = run.blocks.filter(({ cell }) => cell === pair.before.id || cell === pair.after.id);
  const invalid = blocks.filter(({ valid }) => !valid).length;
  if (invalid > MOST_INVALID * blocks.length) return `${String(invalid)} of ${String(blocks.length)} blocks were invalid`;
  return isLatency && isSaturated(run, pair) ? 'the generator was saturated: its own queue is in the latency' : '';
};

const isSaturated = (run: RunRecord, pair: CellPair): boolean =>
  run.notices.some(
    (notice) =>
      notice.code === 'generator-saturated' && [pair.before, pair.after].some((cell) => notice.cells.includes(cellLabel(cell))),
  );
