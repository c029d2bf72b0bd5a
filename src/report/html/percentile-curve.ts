import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import type { LatencyHistogram } from '../../stats/histogram.ts';
import { distributionsOf, type Distribution } from '../distributions.ts';

/**
 * A point of a percentile curve: `nines` is log10(1/(1-p)), so that 90%, 99% and 99.9% are at 1, 2
 * and 3.
 */
interface CurvePoint {
  readonly nines: number;
  readonly ns: number;
}

/** The latency distribution of one cell. */
export interface Curve {
  readonly cell: CellSummary;
  readonly of: Distribution['name'];
  readonly points: readonly CurvePoint[];
  /** Labelled points. */
  readonly marks: readonly (CurvePoint & { readonly name: string })[];
}

/** The range of several curves, to draw them to the same scale. */
export interface CurveRange {
  readonly nines: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** Fine enough that a step is narrower than the line of a curve. */
const STEPS_PER_NINE = 24;

const MARKED = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;

/**
 * The curve of the time that users of a cell wait, from its fastest handshake to its slowest;
 * `undefined` where nothing was honoured.
 */
export const curveOf = (cell: CellSummary): Curve | undefined => {
  const [{ name: of, histogram }] = distributionsOf(cell);
  if (histogram.count === 0) return undefined;
  const last = Math.log10(Math.max(histogram.count, 2));
  const steps = Math.ceil(last * STEPS_PER_NINE);
  const inner = Array.from({ length: steps }, (_, i) => (last * i) / steps);
  return {
    cell,
    of,
    points: [...inner.map((nines) => pointAt(histogram, 1 - 10 ** -nines)), { nines: last, ns: histogram.maxNs ?? 0 }],
    marks: MARKED.filter(([, p]) => ninesOf(p) <= last).map(([name, p]) => ({ name, ...pointAt(histogram, p) })),
  };
};

/** The smallest range that holds all curves; `undefined` when there are none. */
export const rangeOf = (curves: readonly Curve[]): CurveRange | undefined => {
  const points = curves.flatMap((curve) => curve.points);
  if (points.length === 0) return undefined;
  return {
    nines: Math.max(...points.map(({ nines }) => nines)),
    minNs: Math.max(1, Math.min(...points.map(({ ns }) => ns))),
    maxNs: Math.max(2, ...points.map(({ ns }) => ns)),
  };
};

/** The position of a share on the axis: 0.99 is at 2. */
export const ninesOf = (p: number): number => -Math.log10(1 - p);

const pointAt = (histogram: LatencyHistogram, p: number): CurvePoint => ({ nines: ninesOf(p), ns: histogram.quantileNs(p) ?? 0 });
