import type { OfferedSessionsCounts, ScheduleCounts } from '../../domain/block-counts.ts';
import type { BlockRecord, CellRecord, RunRecord } from '../../domain/run-record.ts';
import { ratioOf, sumOf } from '../../stats/descriptive.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';

/** How the schedule of a cell was kept, over its blocks. */
export interface ScheduleSummary {
  readonly due: number;
  readonly dropped: number;
  readonly connectionLimited: number;
  readonly lateNs: LatencyHistogram;
  readonly serviceNs: LatencyHistogram;
  readonly responseNs: LatencyHistogram;
}

/** The sessions that a cell offered. */
export interface OfferedSessionsSummary {
  readonly handshakes: number;
  readonly sessions: number;
  readonly ageNs: LatencyHistogram;
}

/** What a cell was of a mix. */
export interface MixSummary {
  readonly askedShare: number;
  /** Of all attempts, finished or not; `undefined` where there were none. */
  readonly gotShare: number | undefined;
  /** CPU time of the server per honoured handshake of the whole mix; `undefined` where it cannot be known. */
  readonly cpuServerNs: number | undefined;
}

/** `undefined` where no schedule started the handshakes. */
export const scheduleSummary = (counts: ScheduleCounts | null): ScheduleSummary | undefined =>
  counts === null
    ? undefined
    : {
        ...counts,
        lateNs: LatencyHistogram.decode(counts.lateNs),
        serviceNs: LatencyHistogram.decode(counts.serviceNs),
        responseNs: LatencyHistogram.decode(counts.responseNs),
      };

/** `undefined` where no session was offered. */
export const offeredSessionsSummary = (counts: OfferedSessionsCounts | null): OfferedSessionsSummary | undefined =>
  counts === null ? undefined : { ...counts, ageNs: LatencyHistogram.decode(counts.ageNs) };

/** `undefined` where the cell shared no window with another cell of its state. */
export const mixSummary = (run: RunRecord, cell: CellRecord, blocks: readonly BlockRecord[]): MixSummary | undefined => {
  const ofState = new Set(run.cells.filter(({ state }) => state === cell.state).map(({ id }) => id));
  const windows = new Set(blocks.map(windowOf));
  const all = run.blocks.filter((block) => block.valid && ofState.has(block.cell) && windows.has(windowOf(block)));
  if (all.length === blocks.length) return undefined;
  return {
    askedShare: sumOf(blocks, ({ askedShare }) => askedShare) / sumOf(all, ({ askedShare }) => askedShare),
    gotShare: ratioOf(sumOf(blocks, attemptsOf), sumOf(all, attemptsOf)),
    cpuServerNs: costOfAll(blocks, all),
  };
};

/** Blocks of one window have its round and its place in it. */
const windowOf = ({ round, position }: BlockRecord): string => `${String(round)} ${String(position)}`;

const attemptsOf = ({ handshakes, errors }: BlockRecord): number =>
  handshakes + Object.values(errors).reduce((total, count) => total + count, 0);

/** Each block tells the time of its whole window. */
const costOfAll = (blocks: readonly BlockRecord[], all: readonly BlockRecord[]): number | undefined => {
  const known = blocks.flatMap(({ cpuServerWindowNs }) => cpuServerWindowNs ?? []);
  if (known.length < blocks.length) return undefined;
  return ratioOf(
    known.reduce((total, ns) => total + ns, 0),
    sumOf(all, ({ honoured }) => honoured),
  );
};
