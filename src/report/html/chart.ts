import type { Mode } from '../../domain/mode.ts';
import { formatDuration, formatShare } from '../text/units.ts';
import { markup, type Markup } from './markup.ts';
import { ninesOf, type Curve, type CurveRange } from './percentile-curve.ts';

const WIDTH = 520;
const HEIGHT = 300;
/** The curves' names stand to the right of the plot. */
const PLOT = { left: 58, right: WIDTH - 88, top: 12, bottom: HEIGHT - 44 } as const;

/** Smallest distance between the names of two curves, a line of text. */
const NAME_HEIGHT = 15;

/** Shares that are labelled on the axis. */
const SHARES = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999] as const;

interface Scale {
  readonly x: (nines: number) => number;
  readonly y: (ns: number) => number;
}

/**
 * The latency distributions of some cells in one chart; both axes are logarithmic, and the same in
 * all charts of a report.
 */
export const latencyChart = (title: string, curves: readonly Curve[], range: CurveRange): Markup => {
  const ticks = durationTicks(range);
  const scale = scaleOf(range, ticks);
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}: ${descriptionOf(curves)}`}">
${shareAxis(range, scale)}
${durationAxis(ticks, scale)}
${curves.map((curve) => curveLine(curve, scale))}
${curves.flatMap((curve) => curveMarks(curve, scale))}
${curveNames(curves, scale)}
</svg>`;
};

/** The chart in words: the marked percentiles of each curve. */
const descriptionOf = (curves: readonly Curve[]): string =>
  curves
    .map(({ cell, marks }) => `${cell.mode} ${marks.map(({ name, ns }) => `${name} ${formatDuration(ns)}`).join(', ')}`)
    .join('; ');

const scaleOf = (range: CurveRange, ticks: readonly number[]): Scale => {
  const low = Math.log(Math.min(range.minNs, ticks[0] ?? range.minNs));
  const high = Math.log(Math.max(range.maxNs, ticks.at(-1) ?? range.maxNs));
  return {
    x: (nines) => rounded(PLOT.left + (nines / range.nines) * (PLOT.right - PLOT.left)),
    y: (ns) => rounded(PLOT.bottom - ((Math.log(Math.max(ns, 1)) - low) / (high - low)) * (PLOT.bottom - PLOT.top)),
  };
};

/**
 * Ticks at 1, 2 and 5 times every power of ten that the curves reach, and one more at either end;
 * only at the powers where these would be too many.
 */
const durationTicks = ({ minNs, maxNs }: CurveRange): number[] => {
  const first = Math.floor(Math.log10(minNs));
  const last = Math.ceil(Math.log10(maxNs));
  const steps = last - first > 4 ? [1] : [1, 2, 5];
  const all = Array.from({ length: last - first + 1 }, (_, i) => steps.map((step) => step * 10 ** (first + i))).flat();
  const from = all.findLastIndex((tick) => tick <= minNs);
  const to = all.findIndex((tick) => tick >= maxNs);
  return all.slice(Math.max(from, 0), to === -1 ? undefined : to + 1);
};

const durationAxis = (ticks: readonly number[], { y }: Scale): Markup => markup`<g class="axis">
${ticks.map(
  (ns) =>
    markup`<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(ns)}" y2="${y(ns)}"/><text x="${PLOT.left - 8}" y="${y(ns) + 4}" text-anchor="end">${formatDuration(ns).replace(/\.0+ /u, ' ')}</text>`,
)}
</g>`;

const shareAxis = (range: CurveRange, { x }: Scale): Markup => markup`<g class="axis">
${SHARES.filter((share) => ninesOf(share) <= range.nines).map(
  (share) =>
    markup`<line x1="${x(ninesOf(share))}" x2="${x(ninesOf(share))}" y1="${PLOT.top}" y2="${PLOT.bottom}"/><text x="${x(ninesOf(share))}" y="${PLOT.bottom + 18}" text-anchor="middle">${formatShare(share)}</text>`,
)}
<text class="axis-title" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">share of handshakes that took at most this long</text>
</g>`;

const curveLine = ({ cell, points }: Curve, { x, y }: Scale): Markup =>
  markup`<polyline class="curve mode-${cell.mode}" points="${points.map(({ nines, ns }) => `${String(x(nines))},${String(y(ns))}`).join(' ')}"/>`;

const curveMarks = ({ cell, marks }: Curve, { x, y }: Scale): Markup[] =>
  marks.map(
    ({ name, nines, ns }) =>
      markup`<path class="mark mode-${cell.mode}" transform="translate(${x(nines)} ${y(ns)})" d="${SHAPES[cell.mode]}"><title>${`${cell.mode} ${name}: ${formatDuration(ns)}`}</title></path>`,
  );

/** Shapes in addition to colours and dashes, so that nobody has to tell curves apart by colour. */
const SHAPES: Readonly<Record<Mode, string>> = {
  full: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'session-id': 'M-3.5-3.5h7v7h-7z',
  ticket: 'M0-5L5 0L0 5L-5 0z',
  'early-data': 'M0-4.5L4.5 4h-9z',
};

/**
 * The curves' names at their ends, pushed down where they would overlap, and back up when they
 * would leave the chart.
 */
const curveNames = (curves: readonly Curve[], { x, y }: Scale): Markup => {
  const ends = curves
    .flatMap(({ cell, points }) => points.slice(-1).map((end) => ({ mode: cell.mode, x: x(end.nines), y: y(end.ns) })))
    .toSorted((a, b) => a.y - b.y);
  let free = PLOT.top;
  const placed = ends.map((end) => {
    const top = Math.max(end.y, free);
    free = top + NAME_HEIGHT;
    return { ...end, y: top };
  });
  const overflow = Math.max(0, free - NAME_HEIGHT - PLOT.bottom);
  return markup`<g class="names">
${placed.map((end) => markup`<text class="mode-${end.mode}" x="${end.x + 10}" y="${rounded(end.y - overflow + 4)}">${end.mode}</text>`)}
</g>`;
};

const rounded = (value: number): number => Math.round(value * 10) / 10;
