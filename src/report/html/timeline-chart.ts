import type { Timeline } from '../../analysis/timeline/intervals.ts';
import type { Mode } from '../../domain/mode.ts';
import { eventName } from '../text/events.ts';
import { formatDuration, formatPercent, formatRate, grouped } from '../text/units.ts';
import { markup, raw, type Markup } from './markup.ts';
import type { TimelineColumn, TimelineRange } from './timeline-columns.ts';

const WIDTH = 1100;
const LEFT = 64;
const RIGHT = WIDTH - 20;
/** Names of events stand above the plots, in rows, so that those of one moment do not hide each other. */
const NAME_ROWS = 3;
const NAME_HEIGHT = 15;
const NAME_WIDTH = 90;

/** A part of a chart with an axis of its own. */
interface Plot {
  readonly top: number;
  readonly bottom: number;
}

const RATES: Plot = { top: NAME_ROWS * NAME_HEIGHT + 18, bottom: 210 };
const CPU: Plot = { top: 244, bottom: 330 };

/** An event in the middle of the window. */
interface EventMark {
  readonly name: string;
  readonly atNs: number;
}

interface Scale {
  readonly x: (ns: number) => number;
  /** By the height of a plot and the value at its top. */
  readonly y: (value: number, plot: Plot, highest: number) => number;
}

/** A window of one cell over time: handshakes by their outcome above, the server's CPU time below, and the events across both. */
export const timelineChart = (
  title: string,
  timeline: Timeline,
  { columns, range }: { readonly columns: readonly TimelineColumn[]; readonly range: TimelineRange },
): Markup => {
  const marks = timeline.intervals.flatMap(({ events }) => events.map((event) => ({ name: eventName(event), atNs: event.atNs })));
  const hasCpu = range.cores > 0;
  const last = hasCpu ? CPU : RATES;
  const scale: Scale = {
    x: (ns) => rounded(LEFT + (ns / range.endNs) * (RIGHT - LEFT)),
    y: (value, { top, bottom }, highest) => rounded(bottom - (value / highest) * (bottom - top)),
  };
  const id = `declined-${timeline.block.cell}-${String(timeline.block.round)}-${String(timeline.block.position)}`;
  return markup`<svg class="chart over-time mode-${timeline.cell.mode}" viewBox="0 0 ${WIDTH} ${last.bottom + 44}" role="img" aria-label="${`${title}: ${descriptionOf(timeline, columns, marks)}`}">
<pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="declined" width="3" height="6"/></pattern>
${valueAxis(RATES, rateTicks(range.perSecond), (value) => `${grouped(value)}/s`, scale)}
${outcomeAreas(columns, topOf(rateTicks(range.perSecond)), scale, id)}
${hasCpu ? cpuPlot(columns, range, scale) : raw('')}
${timeAxis(range, last, scale)}
${eventMarks(marks, last, scale)}
</svg>`;
};

/** The chart in words. */
const descriptionOf = (
  { cell, intervals, intervalNs }: Timeline,
  columns: readonly TimelineColumn[],
  marks: readonly EventMark[],
): string => {
  const shares = columns.flatMap(({ honoured, declined, failed }) => {
    const all = honoured + declined + failed;
    return all > 0 ? honoured / all : [];
  });
  const cores = columns.flatMap((column) => column.cores ?? []);
  return [
    `${cell.mode} handshakes in ${grouped(intervals.length)} intervals of ${formatDuration(intervalNs)}`,
    ...(shares.length > 0 ? [`honoured ${extremes(shares, formatPercent)}`] : []),
    ...(columns.length > 0
      ? [
          `${extremes(
            columns.map(({ honoured }) => honoured),
            formatRate,
          )} honoured`,
        ]
      : []),
    ...(cores.length > 0 ? [`server CPU ${extremes(cores, formatPercent)} of a core`] : []),
    ...marks.map(({ name, atNs }) => `${name} at ${(atNs / 1e9).toFixed(1)} s`),
  ].join('; ');
};

const extremes = (values: readonly number[], format: (value: number) => string): string =>
  `${format(Math.min(...values))} to ${format(Math.max(...values))}`;

/** The outcomes on top of each other: their height is the rate of all attempts. */
const outcomeAreas = (columns: readonly TimelineColumn[], highest: number, scale: Scale, pattern: string): Markup => {
  const area = (from: (column: TimelineColumn) => number, to: (column: TimelineColumn) => number): string =>
    columns
      .filter((column) => to(column) > from(column))
      .map((column) => {
        const [left, right] = [scale.x(column.startNs), scale.x(column.endNs)];
        return `M${String(left)} ${String(scale.y(from(column), RATES, highest))}V${String(scale.y(to(column), RATES, highest))}H${String(right)}V${String(scale.y(from(column), RATES, highest))}z`;
      })
      .join('');
  const finished = ({ honoured, declined }: TimelineColumn): number => honoured + declined;
  return markup`<path class="honoured" d="${area(
    () => 0,
    ({ honoured }) => honoured,
  )}"/>
<path fill="url(#${pattern})" d="${area(({ honoured }) => honoured, finished)}"/>
<path class="failed" d="${area(finished, (column) => finished(column) + column.failed)}"/>`;
};

/** A line in steps, with a gap where the CPU time is not known. */
const cpuPlot = (columns: readonly TimelineColumn[], { cores: most }: TimelineRange, scale: Scale): Markup => {
  const ticks = rateTicks(most * 100);
  const highest = topOf(ticks);
  let wasKnown = false;
  const steps = columns.flatMap(({ startNs, endNs, cores }) => {
    const pen = wasKnown ? 'L' : 'M';
    wasKnown = cores !== undefined;
    if (cores === undefined) return [];
    const y = String(scale.y(cores * 100, CPU, highest));
    return [`${pen}${String(scale.x(startNs))} ${y}H${String(scale.x(endNs))}`];
  });
  return markup`${valueAxis(CPU, ticks, (percent) => `${grouped(percent)}%`, scale)}
<text class="plot-title" x="${LEFT}" y="${CPU.top - 8}">server CPU, of a core</text>
<path class="cpu" d="${steps.join('')}"/>`;
};

const valueAxis = (plot: Plot, ticks: readonly number[], format: (value: number) => string, { y }: Scale): Markup => {
  const highest = topOf(ticks);
  return markup`<g class="axis">
${ticks.map((tick) => {
  const at = y(tick, plot, highest);
  return markup`<line x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${format(tick)}</text>`;
})}
</g>`;
};

const timeAxis = ({ endNs }: TimelineRange, { bottom }: Plot, { x }: Scale): Markup => markup`<g class="axis">
${ticksTo(endNs / 1e9, 10).map((s) => markup`<text x="${x(s * 1e9)}" y="${bottom + 18}" text-anchor="middle">${String(s)}</text>`)}
<text class="axis-title" x="${(LEFT + RIGHT) / 2}" y="${bottom + 38}" text-anchor="middle">seconds from the start of the window</text>
</g>`;

/** A line for each event, with its name in the first row that has room for it. */
const eventMarks = (marks: readonly EventMark[], { bottom }: Plot, { x }: Scale): Markup => {
  const freeFrom = Array.from({ length: NAME_ROWS }, () => 0);
  return markup`<g class="events">
${marks.map(({ name, atNs }) => {
  const at = x(atNs);
  const row = Math.max(
    0,
    freeFrom.findIndex((from) => from <= at),
  );
  freeFrom[row] = at + NAME_WIDTH;
  const y = 14 + row * NAME_HEIGHT;
  const isLate = at > RIGHT - NAME_WIDTH;
  return markup`<line x1="${at}" x2="${at}" y1="${y - 10}" y2="${bottom}"/><text x="${isLate ? at - 5 : at + 5}" y="${y}" text-anchor="${isLate ? 'end' : 'start'}">${name}</text>`;
})}
</g>`;
};

const rateTicks = (highest: number): number[] => ticksTo(highest, 4, true);

const topOf = (ticks: readonly number[]): number => ticks.at(-1) ?? 1;

/** Round values from 0 up: about so many, and one above the highest where it has to be inside. */
const ticksTo = (highest: number, about: number, encloses = false): number[] => {
  const least = highest / about;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  const count = encloses ? Math.ceil(highest / step) : Math.floor(highest / step);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6)));
};

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** The swatches that tell outcomes apart. */
export const timelineLegend = (mode: Mode): Markup =>
  markup`<ul class="legend mode-${mode}"><li class="honoured">honoured</li><li class="declined">declined</li><li class="failed">failed</li></ul>`;
