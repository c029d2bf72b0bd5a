import type { TrialVerdict } from '../../domain/capacity-record.ts';
import type { BlockRecord } from '../../domain/run-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';

/** What a target must keep at a rate. */
export interface Demand {
  /** A fraction of the handshakes, and how long that many may take at most from their intended start. */
  readonly quantile: number;
  readonly limitNs: number;
  /** Highest share of what fell due that may fail, be declined or be left out. */
  readonly maxErrors: number;
}

/** How a target bore one rate, in numbers. */
export interface TrialOutcome {
  readonly verdict: TrialVerdict;
  /** The quantile of the response times; `undefined` when nothing was honoured. */
  readonly responseNs: number | undefined;
  /** Their median, which tells a slow target from a disturbed one. */
  readonly medianNs: number | undefined;
  readonly errorShare: number;
  /** Honoured per second, the time to catch up included. */
  readonly achievedPerSecond: number;
}

/** A target that takes so much longer than the window for what fell due in it is behind, however long it may take by the limit. */
const MOST_OVERTIME = 0.02;

/** Judges a window by its blocks, one per stream. Response time runs from the intended start, so that a queue shows. */
export const judgeTrial = (
  blocks: readonly BlockRecord[],
  { quantile, limitNs, maxErrors }: Demand,
  windowMs: number,
): TrialOutcome => {
  const honoured = sumOf(blocks, (one) => one.honoured);
  const due = Math.max(
    1,
    sumOf(blocks, (one) => one.schedule?.due ?? 0),
  );
  const response = LatencyHistogram.merged(
    blocks.flatMap(({ schedule }) => (schedule === null ? [] : LatencyHistogram.decode(schedule.responseNs))),
  );
  const responseNs = response.quantileNs(quantile);
  const durationNs = Math.max(1, ...blocks.map((one) => one.durationNs));
  const errorShare = Math.max(0, due - honoured) / due;
  const overtime = (durationNs - limitNs) / (windowMs * 1e6) - 1;
  const numbers = {
    responseNs,
    medianNs: response.quantileNs(0.5),
    errorShare,
    achievedPerSecond: (honoured * 1e9) / durationNs,
  };
  const reason = ((): TrialVerdict => {
    if (honoured === 0) return 'never-honoured';
    if (errorShare > maxErrors) return 'errors';
    if (responseNs === undefined || responseNs >= limitNs) return 'too-slow';
    return overtime > MOST_OVERTIME ? 'behind' : 'sustained';
  })();
  const isGenerators = reason !== 'sustained' && reason !== 'never-honoured' && blocks.some(({ saturated }) => saturated);
  return { verdict: isGenerators ? 'generator' : reason, ...numbers };
};
