import type { LatencyClock } from '../../domain/latency-clock.ts';
import type { Mechanism } from '../../domain/kind.ts';
import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import { BLOCK_COUNTS, type BlockCounts } from '../../domain/block-counts.ts';
import type { CapacityRecord } from '../../domain/capacity-record.ts';
import type { CellRecord, BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { ratioOf, sumOf } from '../../stats/descriptive.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';
import { mixSummary, offeredSessionsSummary, scheduleSummary } from './schedule-summary.ts';
import type { MixSummary, OfferedSessionsSummary, ScheduleSummary } from './schedule-summary.ts';
import { roundTripsOf, type RoundTrips } from './round-trips.ts';

/**
 * How a cell ended: `honoured`, all finished handshakes were of the mode asked for; `partly`, some were; `never`, none was; `failed`, no
 * handshake finished; `empty`, nothing was measured.
 */
export type CellStatus = 'honoured' | 'partly' | 'never' | 'failed' | 'empty';

/** The parts of the handshakes whose arrivals were stamped. */
export interface SplitSummary {
  readonly waitNs: LatencyHistogram;
  readonly clientNs: LatencyHistogram;
  readonly queueNs: LatencyHistogram;
}

export interface RetransmittedSummary {
  readonly connections: number;
  readonly segments: number;
  readonly residenceNs: LatencyHistogram;
}

interface SequentialSummary {
  readonly samples: number;
  readonly meanNs: number;
  /** Half of the 95% interval of the mean. */
  readonly marginNs: number;
  /** Why the clock seems too coarse, `undefined` when it does not. */
  readonly coarseClock: string | undefined;
}

/** A cell over all its valid blocks. `undefined` is what cannot be known; it is never 0. */
export interface CellSummary {
  readonly id: string;
  readonly state: string;
  readonly target: string;
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly mechanism: Mechanism | 'mixed' | undefined;
  readonly cipher: string | undefined;
  readonly group: string | undefined;
  readonly keyType: string | undefined;
  /** Finished handshakes. */
  readonly handshakes: number;
  readonly honoured: number;
  readonly declined: number;
  readonly errors: number;
  readonly declinedBy: BlockCounts['declined'];
  readonly errorsBy: BlockCounts['errors'];
  /** Honoured share of the finished handshakes. */
  readonly honouredShare: number | undefined;
  /** Honoured handshakes per second. */
  readonly ratePerSecond: number | undefined;
  readonly handshakeNs: LatencyHistogram;
  readonly connectNs: LatencyHistogram;
  /** The clock of the latencies; `mixed` where blocks differ, `undefined` where there are none. */
  readonly clock: LatencyClock | 'mixed' | undefined;
  /** Parts of the handshakes; `undefined` where the kernel's clock was not to be had. */
  readonly split: SplitSummary | undefined;
  /** Connections that had segments sent again; `undefined` where none had, or the engine does not know. */
  readonly retransmitted: RetransmittedSummary | undefined;
  /** `undefined` where no handshake was honoured. */
  readonly roundTrips: RoundTrips | undefined;
  /** What a search found, `undefined` where there was none. */
  readonly capacity: CapacityRecord | undefined;
  /** tinybench's statistics, `undefined` where handshakes were not made one after another. */
  readonly sequential: SequentialSummary | undefined;
  /** Empty where none was given, or none was waited for. */
  readonly ticketNs: LatencyHistogram;
  /** What a TLS 1.3 server or a TLS 1.2 full handshake gave to resume by, per finished handshake. */
  readonly ticketsPerHandshake: number | undefined;
  readonly ticketBytes: number | undefined;
  /** As the server stated it, the shortest. */
  readonly ticketLifetimeS: number | undefined;
  /** Until the first byte of an answer, from the ClientHello and from the end of the handshake; empty where nothing was asked. */
  readonly firstByteNs: LatencyHistogram;
  readonly firstByteAfterHandshakeNs: LatencyHistogram;
  readonly unanswered: number;
  /** Answers with an HTTP status of 400 and above, by the status. */
  readonly errorStatuses: Readonly<Record<string, number>>;
  /** CPU and bytes per honoured handshake. */
  readonly cpuClientNs: number | undefined;
  readonly cpuServerNs: number | undefined;
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
  /** `undefined` where no schedule started the handshakes. */
  readonly schedule: ScheduleSummary | undefined;
  /** `undefined` where no session was offered. */
  readonly offeredSessions: OfferedSessionsSummary | undefined;
  /** `undefined` where the cell is no part of a mix. */
  readonly mix: MixSummary | undefined;
  /** Valid blocks in which the generator was the bottleneck; `undefined` where there are none at all. */
  readonly saturatedBlocks: number | undefined;
  /** Share of the virtual clients' time that their connections do not account for (Little's law). */
  readonly littlesLawResidual: number | undefined;
  readonly tapped: number;
  /** Handshakes in which the server asked for another key share, among those whose hellos were read. */
  readonly helloRetries: number;
  /** Of the handshakes whose hellos were read; `undefined` where none was. */
  readonly helloRetryShare: number | undefined;
  readonly status: CellStatus;
}

/** One summary per cell, in the run's order. Histograms are merged, never averaged. */
export const summarize = (run: RunRecord): CellSummary[] => run.cells.map((cell) => summarizeCell(run, cell));

const summarizeCell = (run: RunRecord, cell: CellRecord): CellSummary =>
  summarizeBlocks(
    run,
    cell,
    run.blocks.filter((block) => block.cell === cell.id && block.valid),
  );

/** A cell over some of its blocks: over one, it is the block's own summary. */
export const summarizeBlocks = (run: RunRecord, cell: CellRecord, blocks: readonly BlockRecord[]): CellSummary => {
  const counts = BLOCK_COUNTS.merge(blocks);
  const { handshakes, honoured } = counts;
  const errors = total(counts.errors);
  const handshakeNs = LatencyHistogram.decode(counts.handshakeNs);
  const connectNs = LatencyHistogram.decode(counts.connectNs);
  const split = splitSummary(counts.split);
  const helloRetryShare = ratioOf(counts.helloRetries, counts.tapped);
  return {
    id: cell.id,
    state: cell.state,
    target: run.states.find((state) => state.label === cell.state)?.target ?? '',
    protocol: cell.protocol,
    mode: cell.mode,
    mechanism: soleMechanism(counts),
    cipher: nonEmpty(cell.negotiated?.cipher),
    group: nonEmpty(cell.negotiated?.group),
    keyType: nonEmpty(cell.negotiated?.keyType),
    handshakes,
    honoured,
    declined: handshakes - honoured,
    errors,
    declinedBy: counts.declined,
    errorsBy: counts.errors,
    honouredShare: ratioOf(honoured, handshakes),
    ratePerSecond: ratioOf(
      honoured * 1e9,
      sumOf(blocks, (block) => block.durationNs * block.occupiedShare),
    ),
    handshakeNs,
    connectNs,
    clock: soleClock(blocks),
    split,
    retransmitted: retransmittedSummary(counts.retransmitted),
    roundTrips: roundTripsOf({ ...cell, handshakeNs, waitNs: split?.waitNs, connectNs, helloRetryShare: helloRetryShare ?? 0 }),
    capacity: run.capacity.find(({ cells }) => cells.includes(cell.id)),
    sequential: sequentialSummary(blocks),
    ticketsPerHandshake: ratioOf(counts.ticketsReceived, handshakes),
    ...ticketSummary(counts),
    ...firstByteSummary(counts),
    cpuClientNs: perHonoured(blocks, (block) => block.cpuClientNs),
    cpuServerNs: perHonoured(blocks, (block) => block.cpuServerNs),
    bytesIn: ratioOf(counts.bytesIn, honoured),
    bytesOut: ratioOf(counts.bytesOut, honoured),
    schedule: scheduleSummary(counts.schedule),
    offeredSessions: offeredSessionsSummary(counts.offeredSessions),
    mix: mixSummary(run, cell, blocks),
    saturatedBlocks: blocks.length === 0 ? undefined : blocks.filter(({ saturated }) => saturated).length,
    littlesLawResidual: residual(blocks),
    tapped: counts.tapped,
    helloRetries: counts.helloRetries,
    helloRetryShare,
    status: statusOf(handshakes, honoured, errors),
  };
};

const splitSummary = (split: BlockCounts['split']): SplitSummary | undefined =>
  split === null
    ? undefined
    : {
        waitNs: LatencyHistogram.decode(split.waitNs),
        clientNs: LatencyHistogram.decode(split.clientNs),
        queueNs: LatencyHistogram.decode(split.queueNs),
      };

const retransmittedSummary = (retransmitted: BlockCounts['retransmitted']): RetransmittedSummary | undefined =>
  retransmitted === null ? undefined : { ...retransmitted, residenceNs: LatencyHistogram.decode(retransmitted.residenceNs) };

const soleClock = (blocks: readonly BlockRecord[]): LatencyClock | 'mixed' | undefined => {
  const [first, ...others] = new Set(blocks.map(({ clock }) => clock));
  return others.length > 0 ? 'mixed' : first;
};

/** The mean of several windows, with the half of its 95% interval: that of a weighted mean of independent ones. */
const sequentialSummary = (blocks: readonly BlockRecord[]): SequentialSummary | undefined => {
  const windows = blocks.flatMap(({ sequential }) => sequential ?? []);
  const samples = windows.reduce((all, window) => all + window.samples, 0);
  if (samples === 0) return undefined;
  return {
    samples,
    meanNs: windows.reduce((all, { samples: n, meanNs }) => all + n * meanNs, 0) / samples,
    marginNs: Math.hypot(...windows.map(({ samples: n, marginNs }) => n * marginNs)) / samples,
    coarseClock: windows.find(({ coarseClock }) => coarseClock !== null)?.coarseClock ?? undefined,
  };
};

const ticketSummary = ({ tickets }: BlockCounts): Pick<CellSummary, 'ticketNs' | 'ticketBytes' | 'ticketLifetimeS'> => ({
  ticketNs: decoded(tickets?.afterNs),
  ticketBytes: tickets?.mostBytes ?? undefined,
  ticketLifetimeS: tickets?.leastLifetimeS ?? undefined,
});

const firstByteSummary = ({
  firstByte,
}: BlockCounts): Pick<CellSummary, 'firstByteNs' | 'firstByteAfterHandshakeNs' | 'unanswered' | 'errorStatuses'> => ({
  firstByteNs: decoded(firstByte?.firstByteNs),
  firstByteAfterHandshakeNs: decoded(firstByte?.firstByteAfterHandshakeNs),
  unanswered: firstByte?.unanswered ?? 0,
  errorStatuses: firstByte?.errorStatuses ?? {},
});

const decoded = (histogram: EncodedHistogram | undefined): LatencyHistogram =>
  histogram === undefined ? new LatencyHistogram() : LatencyHistogram.decode(histogram);

const statusOf = (handshakes: number, honoured: number, errors: number): CellStatus => {
  if (handshakes === 0) return errors === 0 ? 'empty' : 'failed';
  if (honoured === 0) return 'never';
  return honoured === handshakes ? 'honoured' : 'partly';
};

const soleMechanism = ({ mechanisms }: BlockCounts): Mechanism | 'mixed' | undefined => {
  const seen = Object.keys(mechanisms) as Mechanism[];
  return seen.length > 1 ? 'mixed' : seen[0];
};

/** Unknown in one block is unknown for the cell: a part of the cost over all the handshakes would be too low. */
const perHonoured = (blocks: readonly BlockRecord[], cost: (block: BlockRecord) => number | null): number | undefined => {
  const known = blocks.map(cost).filter((value) => value !== null);
  if (known.length < blocks.length) return undefined;
  return ratioOf(
    known.reduce((a, b) => a + b, 0),
    sumOf(blocks, (block) => block.honoured),
  );
};

const residual = (blocks: readonly BlockRecord[]): number | undefined => {
  const accounted = ratioOf(
    sumOf(blocks, (block) => block.residenceNs),
    sumOf(blocks, (block) => block.clientNs),
  );
  return accounted === undefined ? undefined : 1 - accounted;
};

const total = (counted: BlockCounts['errors']): number => Object.values(counted).reduce((all, n) => all + n, 0);

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
