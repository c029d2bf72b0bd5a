import { timelinesOf, type Timeline } from '../../analysis/timeline/intervals.ts';
import { cellLabel } from '../../domain/cell.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted } from '../text/units.ts';
import { markup, raw, when, type Markup } from './markup.ts';
import { timelineChart, timelineLegend } from './timeline-chart.ts';
import { columnsOf, timelineRange, type TimelineColumn } from './timeline-columns.ts';

/** More charts than this are scrolled past: those of windows with events come before others. */
const MOST_CHARTS = 12;

interface Chart {
  readonly timeline: Timeline;
  readonly columns: readonly TimelineColumn[];
}

/** Windows over time, a chart per cell, all to the same scale. */
export const timelineSection = (run: RunRecord): Markup => {
  const timelines = timelinesOf(run).filter(({ intervals }) => intervals.length > 0);
  if (timelines.length === 0) return raw('');
  const charts = chosen(timelines).map((timeline) => ({ timeline, columns: columnsOf(timeline) }));
  const range = timelineRange(charts.map(({ columns }) => columns));
  const left = timelines.length - charts.length;
  return markup`<section>
<h2>Over time</h2>
<p class="lead">Handshakes by their outcome, in the interval in which they ended, and the CPU time of the state's servers for all cells of the window. ${charts.length > 1 ? 'All charts have the same scale.' : ''}</p>
${charts.map((chart) => figure(run, chart, range))}
${when(left > 0, () => markup`<p class="note">${counted(left, 'more window')} of a cell: see timeline.csv.</p>`)}
</section>`;
};

/** In the order in which they were measured. */
const chosen = (timelines: readonly Timeline[]): readonly Timeline[] => {
  const hasEvents = ({ intervals }: Timeline): boolean => intervals.some(({ events }) => events.length > 0);
  const first = new Set(
    [...timelines.filter(hasEvents), ...timelines.filter((timeline) => !hasEvents(timeline))].slice(0, MOST_CHARTS),
  );
  return timelines.filter((timeline) => first.has(timeline));
};

const figure = (run: RunRecord, { timeline, columns }: Chart, range: Parameters<typeof timelineChart>[2]['range']): Markup => {
  const { cell, block } = timeline;
  const rounds = new Set(run.blocks.map(({ round }) => round)).size;
  const title = `${cellLabel(cell)}${rounds > 1 ? `, round ${String(block.round + 1)}` : ''}`;
  return markup`<figure class="card"><figcaption><h3>${title}</h3>${timelineLegend(cell.mode)}</figcaption>${timelineChart(title, timeline, { columns, range })}</figure>`;
};
