import type { EventRecord } from '../../domain/event-record.ts';
import type { BlockRecord, CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { IntervalCounts, TimelineRecord } from '../../domain/timeline-record.ts';
import { cpuBetween, type TimeSpan } from './cpu-between.ts';

/** One interval of a window of one cell. Times are relative to the start of the window. */
export interface Interval extends TimeSpan {
  readonly counts: IntervalCounts;
  /** Of the state's servers, for all cells of the window; `undefined` where it is not known. */
  readonly cpuServerNs: number | undefined;
  /** What was done to the state's servers in it, in order. */
  readonly events: readonly EventRecord[];
}

/** A window of one cell over time. */
export interface Timeline {
  readonly cell: CellRecord;
  readonly block: BlockRecord;
  readonly intervalNs: number;
  readonly intervals: readonly Interval[];
}

/** Every window over time, a timeline per cell, in the order in which they were measured; none where that was not asked for. */
export const timelinesOf = (run: Pick<RunRecord, 'blocks' | 'cells' | 'events'>): Timeline[] =>
  run.blocks.flatMap((block) => {
    const cell = run.cells.find(({ id }) => id === block.cell);
    const { timeline } = block;
    if (cell === undefined || timeline === undefined) return [];
    const { intervalNs } = timeline;
    return [{ cell, block, intervalNs, intervals: intervalsOf(block, timeline, eventsIn(run.events, cell, block)) }];
  });

const intervalsOf = (
  block: BlockRecord,
  { intervalNs, intervals, cpuServer }: TimelineRecord,
  events: readonly EventRecord[],
) => {
  const last = intervals.length - 1;
  return intervals.map((counts, index): Interval => {
    const startNs = index * intervalNs;
    // The last one ends with the last handshake.
    const endNs = index === last ? Math.max(startNs + 1, block.durationNs) : startNs + intervalNs;
    return {
      startNs,
      endNs,
      counts,
      cpuServerNs: cpuBetween(cpuServer, { startNs, endNs }),
      events: events.filter(({ atNs }) => Math.min(last, Math.floor(atNs / intervalNs)) === index),
    };
  });
};

const eventsIn = (events: readonly EventRecord[], { state }: CellRecord, { round, position }: BlockRecord): EventRecord[] =>
  events
    .filter((event) => event.state === state && event.round === round && event.position === position)
    .toSorted((a, b) => a.atNs - b.atNs);
