import type { Interval, Timeline } from '../../analysis/timeline/intervals.ts';
import { sumOf } from '../../stats/descriptive.ts';

/** More columns than this are narrower than a line. */
const MOST_COLUMNS = 500;

/** One column of a chart: some intervals that follow each other. */
export interface TimelineColumn {
  readonly startNs: number;
  readonly endNs: number;
  /** Handshakes per second. */
  readonly honoured: number;
  readonly declined: number;
  readonly failed: number;
  /** CPU time per time; `undefined` where it is not known. */
  readonly cores: number | undefined;
}

/** The largest values of some charts, to draw them to the same scale. */
export interface TimelineRange {
  readonly endNs: number;
  readonly perSecond: number;
  /** 0 where no CPU time is known. */
  readonly cores: number;
}

/** The intervals of a timeline as columns: as many as can be distinguished. */
export const columnsOf = ({ intervals, intervalNs }: Timeline): TimelineColumn[] => {
  const perColumn = Math.ceil(intervals.length / MOST_COLUMNS);
  const columns: TimelineColumn[] = [];
  for (let at = 0; at < intervals.length; at += perColumn) columns.push(columnOf(intervals.slice(at, at + perColumn)));
  // Of the last instants after the end of a window no rate can be stated.
  return columns.filter(({ startNs, endNs }, i) => i === 0 || endNs - startNs >= intervalNs / 2);
};

const columnOf = (intervals: readonly Interval[]): TimelineColumn => {
  const [startNs, endNs] = [intervals[0]?.startNs ?? 0, intervals.at(-1)?.endNs ?? 0];
  const perSecond = (count: (interval: Interval) => number): number => (sumOf(intervals, count) * 1e9) / (endNs - startNs);
  const isKnown = intervals.every(({ cpuServerNs }) => cpuServerNs !== undefined);
  return {
    startNs,
    endNs,
    honoured: perSecond(({ counts }) => counts.honoured),
    declined: perSecond(({ counts }) => counts.handshakes - counts.honoured),
    failed: perSecond(({ counts }) => counts.errors),
    cores: isKnown ? sumOf(intervals, ({ cpuServerNs = 0 }) => cpuServerNs) / (endNs - startNs) : undefined,
  };
};

export const timelineRange = (charts: readonly (readonly TimelineColumn[])[]): TimelineRange => {
  const all = charts.flat();
  return {
    endNs: Math.max(1, ...all.map(({ endNs }) => endNs)),
    perSecond: Math.max(1, ...all.map(({ honoured, declined, failed }) => honoured + declined + failed)),
    cores: Math.max(0, ...all.map(({ cores = 0 }) => cores)),
  };
};
