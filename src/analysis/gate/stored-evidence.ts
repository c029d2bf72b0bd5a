import type { Caveat } from '../../domain/caveat.ts';
import type { Gate } from '../../domain/gate.ts';
import type { CellRecord } from '../../domain/run-record.ts';
import { geometricMean, mean } from '../../stats/descriptive.ts';
import { shiftInterval, shiftPAbove, type NewValue } from '../../stats/new-value.ts';
import { minimumEffect } from '../compare/minimum-effect.ts';
import { BEYOND_FOR_LIMIT, LEAST_RUNS } from '../judging-rules.ts';
import { metricNamed } from '../metrics/catalogue.ts';
import { isOfMachine, judgedValue, type Metric } from '../metrics/metric.ts';
import { unmeasured } from '../summary/block-values.ts';
import { summaryOf, type RunSummary } from '../summary/run-summary.ts';
import { changeCaveat } from './cell-caveat.ts';
import { changeLimit } from './change-limit.ts';
import { unjudged, type Evidence } from './evidence.ts';
import type { GateContext } from './gate-context.ts';
import { rightCell } from './subjects.ts';

type ChangeGate = Extract<Gate, { kind: 'change' }>;

/**
 * Holds a run against runs that were measured at another time. The change then contains everything that differs between any two
 * runs (the start of the processes, the day, the machine), and only several runs of the state before show how much that is.
 *
 * A gate on a metric judges that metric. A gate on a ratio, such as `ticket.p50 / full.p50`, divides within each run, which takes
 * out what affected both.
 */
export const storedEvidence = (context: GateContext, gate: ChangeGate, cell: CellRecord): Evidence => {
  const { summary, baselines, settings, alpha } = context;
  const metric = metricNamed(gate.left.metric);
  const value = quantityOf(gate, summary, cell);
  const earlier = baselines
    .flatMap((baseline) => quantityOf(gate, baseline, sameIn(baseline, cell)) ?? [])
    .filter(Number.isFinite);
  const caveat = storedCaveat(context, gate, { cell, metric });
  if (value === undefined || earlier.length === 0) {
    const missing: Caveat = value === undefined ? unmeasured(metric) : { code: 'no-baseline' };
    return unjudged(changeLimit(metric, gate.limit), caveat?.code === 'few-handshakes' ? missing : (caveat ?? missing));
  }
  const values = { before: geometricMean(valuesOf(metric, baselines, cell)), after: valueOf(metric, summary, cell) };
  const limit = changeLimit(metric, minimumEffect(metric, values, { ...settings, minEffect: gate.limit }));
  const sample = { earlier, value };
  const interval = shiftInterval(sample, alpha) ?? unbounded(sample);
  const isShare = metric.unit === 'share';
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

const storedCaveat = (
  { summary, baselines, unlike }: GateContext,
  gate: ChangeGate,
  { cell, metric }: { readonly cell: CellRecord; readonly metric: Metric },
): Caveat | undefined => {
  const own = baselines.some(({ run }) => run.status === 'partial')
    ? ({ code: 'run-not-complete', status: 'partial' } as const)
    : changeCaveat(summary.run, gate, { cell, beyond: BEYOND_FOR_LIMIT });
  if (own !== undefined || gate.per !== undefined || unlike.length === 0 || !isOfMachine(metric)) return own;
  const judgeInstead = cell.mode === 'full' ? null : `${gate.left.mode}.${metric.id} / full.${metric.id}`;
  return { code: 'measured-unlike', what: [...unlike], judgeInstead };
};

const baselineCaveat = (runs: number): Caveat | null => {
  if (runs === 1) return { code: 'single-baseline' };
  return runs < LEAST_RUNS ? { code: 'few-baselines', runs, needed: LEAST_RUNS } : null;
};

/** An estimate without any bounds. */
const unbounded = ({ earlier, value }: NewValue) => ({
  estimate: value - mean(earlier),
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
});

/**
 * Returns the judged quantity on the scale on which changes add up: a share as it is, anything else as its logarithm.
 *
 * @returns Infinity where it lies among failed connections; `undefined` where it is not known.
 */
const quantityOf = ({ left, per }: ChangeGate, run: RunSummary, cell: CellRecord | undefined): number | undefined => {
  const metric = metricNamed(left.metric);
  const value = valueOf(metric, run, cell);
  if (metric.unit === 'share' || value === undefined || cell === undefined) return value;
  const divisor = per === undefined ? 1 : valueOf(metricNamed(per.metric), run, rightCell(per, cell, run.run.cells));
  const ratio = divisor === undefined ? Number.NaN : value / divisor;
  return ratio > 0 ? Math.log(ratio) : undefined;
};

const valuesOf = (metric: Metric, runs: readonly RunSummary[], cell: CellRecord): number[] =>
  runs.flatMap((run) => valueOf(metric, run, sameIn(run, cell)) ?? []);

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
