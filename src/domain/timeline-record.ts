import { coarseDurations, group, series, sum, type ValueOf } from './mergeable.ts';
import { z } from './zod.ts';

/** Everything that is counted of one cell in one interval of a window: that in which a handshake ended. */
const INTERVAL_COUNTS = group({
  /** Finished handshakes: honoured and declined. */
  handshakes: sum(),
  honoured: sum(),
  /** Connections without a finished handshake. */
  errors: sum(),
  /** Time of honoured handshakes: under a schedule the response time. */
  latencyNs: coarseDurations(),
});

/** The intervals of a window, from its start. The last ones are those of handshakes that were in flight when it ended. */
export const INTERVALS = series(INTERVAL_COUNTS);

/** Intervals of a window by the clock of one that began some intervals earlier. */
export const movedBy = (later: number, intervals: readonly IntervalCounts[]): readonly IntervalCounts[] => [
  ...Array.from({ length: later }, () => INTERVAL_COUNTS.merge([])),
  ...intervals,
];

export type IntervalCounts = ValueOf<typeof INTERVAL_COUNTS>;
export type IntervalCounter = ReturnType<(typeof INTERVAL_COUNTS)['counter']>;

const ns = z.number();

/** CPU time between two readings of a server's processes, which come about at the ends of intervals. */
const cpuReadingSchema = z.object({
  /** From the start of the window; the first reading comes before it. */
  fromNs: ns,
  toNs: ns,
  usedNs: ns.nonnegative(),
});

export type CpuReading = Readonly<z.infer<typeof cpuReadingSchema>>;

/** One window of one cell over time. */
export const timelineSchema = z.object({
  intervalNs: z.int().positive(),
  intervals: INTERVALS.fileSchema,
  /**
   * Of the servers of the cell's state, for all cells of the window. Times that no reading covers are those in which it is not known,
   * such as while a server's processes are replaced.
   */
  cpuServer: z.array(cpuReadingSchema),
});

export type TimelineRecord = Readonly<z.infer<typeof timelineSchema>>;
