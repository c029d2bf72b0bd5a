import type { Caveat } from '../../domain/caveat.ts';
import type { Gate } from '../../domain/gate.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import { blockValues, pairByRound, unmeasured } from '../summary/block-values.ts';
import type { Metric } from '../metrics/metric.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { minimumEffect } from '../compare/minimum-effect.ts';
import { cellCaveat, changeCaveat } from './cell-caveat.ts';
import { changeLimit } from './change-limit.ts';
import {
  withCaveat,
  ofBlocks,
  ofCount,
  ofDifferences,
  ofRatios,
  ofShare,
  unjudged,
  type Evidence,
  type Limit,
} from './evidence.ts';
import { summaryOf, validBlocksOf, type RunSummary } from '../summary/run-summary.ts';
import type { GateContext } from './gate-context.ts';
import { storedEvidence } from './stored-evidence.ts';
import { baselineState, rightCell } from './subjects.ts';
import { BEYOND_FOR_LIMIT, BEYOND_FOR_RATIO } from '../judging-rules.ts';

type GateOf<Kind extends Gate['kind']> = Extract<Gate, { kind: Kind }>;

/** What is known of a gate in one of its cells. */
export const gateEvidence = (context: GateContext, gate: Gate, cell: CellRecord): Evidence => {
  switch (gate.kind) {
    case 'limit':
      return limitEvidence(context, gate, cell);
    case 'ratio':
      return ratioEvidence(context, gate, cell);
    case 'change':
      return context.baselines.length > 0 ? storedEvidence(context, gate, cell) : changeEvidence(context, gate, cell);
  }
};

/** What a gate is held against where nothing was measured for it. */
export const limitOf = (gate: Gate): Limit => {
  switch (gate.kind) {
    case 'limit':
      return { unit: knownMetric(gate).unit, operator: gate.operator, limit: gate.limit };
    case 'ratio':
      return { unit: 'multiple', operator: gate.operator, limit: gate.factor };
    case 'change':
      return changeLimit(knownMetric(gate), gate.limit);
  }
};

const knownMetric = (gate: Gate): Metric => metricNamed(gate.left.metric);

const limitEvidence = ({ summary, alpha }: GateContext, gate: GateOf<'limit'>, cell: CellRecord): Evidence => {
  const metric = knownMetric(gate);
  const limit = limitOf(gate);
  const caveat = cellCaveat(summary.run, cell, { metric, beyond: BEYOND_FOR_LIMIT });
  const found = summaryOf(summary, cell);
  if (found === undefined || caveat?.code === 'nothing-measured') return unjudged(limit, caveat ?? { code: 'nothing-measured' });
  if (metric.judgedBy === 'proportion')
    return withCaveat(ofShare(limit, { hits: found.honoured, of: found.handshakes }, alpha), caveat);
  if (metric.judgedBy === 'count') return withCaveat(ofCount(limit, metric.value(found) ?? 0), caveat);
  const values = [...blockValues(validBlocksOf(summary, cell), metric).byRound.values()];
  return values.length === 0
    ? unjudged(limit, withoutValues(metric, caveat))
    : withCaveat(ofBlocks(limit, values, alpha), caveat);
};

/** The reason why nothing can be judged where a metric has no value: more handshakes, or less load, would give it none. */
const withoutValues = (metric: Metric, caveat: Caveat | undefined): Caveat =>
  caveat === undefined || caveat.code === 'few-handshakes' || caveat.code === 'saturated' ? unmeasured(metric) : caveat;

const ratioEvidence = ({ summary, alpha }: GateContext, gate: GateOf<'ratio'>, cell: CellRecord): Evidence => {
  const limit = limitOf(gate);
  const other = rightCell(gate.right, cell, summary.run.cells);
  if (other === undefined) return unjudged(limit, { code: 'no-cell' });
  const [left, right] = [knownMetric(gate), metricNamed(gate.right.metric)];
  const caveat =
    cellCaveat(summary.run, cell, { metric: left, beyond: BEYOND_FOR_RATIO }) ??
    cellCaveat(summary.run, other, { metric: right, beyond: BEYOND_FOR_RATIO });
  const values = {
    left: blockValues(validBlocksOf(summary, cell), left).byRound,
    right: blockValues(validBlocksOf(summary, other), right).byRound,
  };
  const ratios = pairByRound(values.left, values.right).map(({ first, second }) => first / second);
  return ratios.length === 0
    ? unjudged(limit, withoutValues(values.left.size === 0 ? left : right, caveat))
    : withCaveat(ofRatios(limit, ratios, alpha), caveat);
};

const changeEvidence = (context: GateContext, gate: GateOf<'change'>, cell: CellRecord): Evidence => {
  const { summary, alpha, settings } = context;
  const { run } = summary;
  const metric = knownMetric(gate);
  const before = run.cells.find(
    (one) => one.state === baselineState(run.cells) && one.protocol === cell.protocol && one.mode === cell.mode,
  );
  if (before === undefined || before.id === cell.id) return unjudged(limitOf(gate), { code: 'no-baseline' });
  const caveat =
    changeCaveat(run, gate, { cell: before, beyond: BEYOND_FOR_RATIO }) ??
    changeCaveat(run, gate, { cell, beyond: BEYOND_FOR_RATIO });
  if (metric.judgedBy === 'proportion') {
    const shares = pairByRound(sharesByRound(run, cell), sharesByRound(run, before));
    const differences = shares.map(({ first, second }) => first - second);
    return withCaveat(ofDifferences(limitOf(gate), differences, alpha), caveat);
  }
  const pairs = pairByRound(quantityByRound(summary, gate, cell), quantityByRound(summary, gate, before));
  if (pairs.length === 0) return unjudged(limitOf(gate), withoutValues(metric, caveat));
  const valueOf = (of: CellRecord): number | undefined => {
    const found = summaryOf(summary, of);
    return found === undefined ? undefined : metric.value(found);
  };
  const values = { before: valueOf(before), after: valueOf(cell) };
  const effect = minimumEffect(metric, values, { ...settings, minEffect: gate.limit });
  const ratios = pairs.map(({ first, second }) => first / second);
  return withCaveat(ofRatios(changeLimit(metric, effect), ratios, alpha), caveat);
};

/** The quantity whose change a gate judges: a metric, or its ratio to another of the same state. */
const quantityByRound = (summary: RunSummary, gate: GateOf<'change'>, cell: CellRecord): ReadonlyMap<number, number> => {
  const own = blockValues(validBlocksOf(summary, cell), knownMetric(gate)).byRound;
  if (gate.per === undefined) return own;
  const other = rightCell(gate.per, cell, summary.run.cells);
  if (other === undefined) return new Map();
  const divisors = blockValues(validBlocksOf(summary, other), metricNamed(gate.per.metric)).byRound;
  // A divisor that lies among failed connections has no value.
  const pairs = pairByRound(own, divisors).filter(({ second }) => Number.isFinite(second));
  return new Map(pairs.map(({ round, first, second }) => [round, first / second]));
};

const sharesByRound = (run: RunRecord, cell: CellRecord): ReadonlyMap<number, number> =>
  new Map(
    run.blocks
      .filter((block) => block.cell === cell.id && block.valid && block.handshakes > 0)
      .map(({ round, honoured, handshakes }) => [round, honoured / handshakes]),
  );
