import type { Caveat } from '../../domain/caveat.ts';
import type { Gate } from '../../domain/gate.ts';
import type { CellRecord } from '../../domain/run-record.ts';
import { shiftInterval, shiftPAbove } from '../../stats/new-value.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { judgedValue, type Metric } from '../metrics/metric.ts';
import { summaryOf, type RunSummary } from '../summary/run-summary.ts';
import { cellCaveat } from './cell-caveat.ts';
import { changeLimit } from './change-limit.ts';
import { unjudged, type Evidence } from './evidence.ts';
import type { GateContext } from './gate-context.ts';
import { BEYOND_FOR_LIMIT, LEAST_RUNS } from '../judging-rules.ts';

/**
 * A run against runs that were measured at another time. What differs between any two runs - the start of the processes, the day, the
 * machine - is then in the change, and only several runs of the state before tell how much that is. A resumed handshake is taken relative
 * to the full one of its own run, which takes out what hit both.
 */
export const storedEvidence = (context: GateContext, gate: Extract<Gate, { kind: 'change' }>, cell: CellRecord): Evidence => {
  const metric = metricNamed(gate.left.metric);
  const limit = changeLimit(metric, gate.limit);
  const value = logRatioToFull(metric, context.summary, cell);
  const earlier = context.baselines
    .flatMap((baseline) => logRatioToFull(metric, baseline, sameIn(baseline, cell)) ?? [])
    .filter(Number.isFinite);
  const caveat = cellCaveat(context.summary.run, cell, { metric, beyond: BEYOND_FOR_LIMIT });
  if (value === undefined || earlier.length === 0) return unjudged(limit, caveat ?? { code: 'no-baseline' });
  const sample = { earlier, value };
  const isShare = metric.unit === 'share';
  const interval = shiftInterval(sample, context.alpha) ?? unbounded(sample);
  const shift = isShare ? limit.limit : Math.log(limit.limit);
  const negated = { earlier: earlier.map((one) => -one), value: -value };
  return {
    ...limit,
    interval: isShare
      ? interval
      : { estimate: Math.exp(interval.estimate), lower: Math.exp(interval.lower), upper: Math.exp(interval.upper) },
    pAbove: shiftPAbove(sample, shift),
    pBelow: shiftPAbove(negated, -shift),
    isExact: false,
    samples: earlier.length,
    caveat: caveat ?? baselineCaveat(earlier.length),
  };
};

const baselineCaveat = (runs: number): Caveat | null => {
  if (runs === 1) return { code: 'single-baseline' };
  return runs < LEAST_RUNS ? { code: 'few-baselines', runs, needed: LEAST_RUNS } : null;
};

/** An estimate without any bounds. */
const unbounded = ({ earlier, value }: { readonly earlier: readonly number[]; readonly value: number }) => ({
  estimate: value - earlier.reduce((a, b) => a + b, 0) / earlier.length,
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
});

/** Returns the value of a cell, on the scale on which changes add up: a share as it is, else its logarithm, relative to the full handshake. */
const logRatioToFull = (metric: Metric, run: RunSummary, cell: CellRecord | undefined): number | undefined => {
  const value = valueOf(metric, run, cell);
  if (metric.unit === 'share' || value === undefined) return value;
  const full = run.cells.find((one) => one.state === cell?.state && one.protocol === cell.protocol && one.mode === 'full');
  const control = cell?.mode === 'full' ? 1 : (valueOf(metric, run, full) ?? 1);
  return value > 0 && control > 0 && Number.isFinite(control) ? Math.log(value / control) : undefined;
};

const valueOf = (metric: Metric, run: RunSummary, cell: { readonly id: string } | undefined): number | undefined => {
  const summary = cell && summaryOf(run, cell);
  return summary === undefined || (summary.honoured === 0 && metric.unit !== 'share') ? undefined : judgedValue(metric, summary);
};

/** The same cell of another run: of the state of that name, or of the only one. */
const sameIn = ({ run }: RunSummary, { state, protocol, mode }: CellRecord): CellRecord | undefined => {
  const [only, second] = run.states;
  const wanted = second === undefined ? only?.label : state;
  return run.cells.find((cell) => cell.state === wanted && cell.protocol === protocol && cell.mode === mode);
};
