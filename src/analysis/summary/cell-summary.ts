import type { Mechanism } from '../../domain/kind.ts';
import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { CapacityRecord } from '../../domain/capacity-record.ts';
import type { CellRecord, BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';
import { mixSummary, offeredSessionsSummary, scheduleSummary } from './schedule-summary.ts';
import type { MixSummary, OfferedSessionsSummary, ScheduleSummary } from './schedule-summary.ts';
import { roundTripsOf, type RoundTrips } from './round-trips.ts';

/**
 * How a cell ended: `honoured`, all finished handshakes were of the mode asked for; `partly`, some were; `never`, none was; `failed`, no
 * handshake finished; `empty`, nothing was measured.
 */
export type CellStatus = 'honoured' | 'partly' | 'never' | 'failed' | 'empty';

export interface SequentialSummary {
  readonly samples: number;
  readonly meanNs: number;
  /** Half of the 95 % interval of the mean. */
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
  readonly declinedBy: Readonly<Record<string, number>>;
  readonly errorsBy: Readonly<Record<string, number>>;
  /** Honoured share of the finished handshakes. */
  readonly honouredShare: number | undefined;
  /** Honoured handshakes per second. */
  readonly ratePerSecond: number | undefined;
  readonly handshakeNs: LatencyHistogram;
  readonly connectNs: LatencyHistogram;
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
  readonly helloRetries: number;
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
  const handshakes = sum(blocks, (block) => block.handshakes);
  const honoured = sum(blocks, (block) => block.honoured);
  const errorsBy = sumCounts(blocks.map((block) => block.errors));
  const errors = total(errorsBy);
  const handshakeNs = mergedOf(blocks, (block) => block.handshakeNs);
  const connectNs = mergedOf(blocks, (block) => block.connectNs);
  return {
    id: cell.id,
    state: cell.state,
    target: run.states.find((state) => state.label === cell.state)?.target ?? '',
    protocol: cell.protocol,
    mode: cell.mode,
    mechanism: soleMechanism(blocks),
    cipher: nonEmpty(cell.negotiated?.cipher),
    group: nonEmpty(cell.negotiated?.group),
    keyType: nonEmpty(cell.negotiated?.keyType),
    handshakes,
    honoured,
    declined: handshakes - honoured,
    errors,
    declinedBy: sumCounts(blocks.map((block) => block.declined)),
    errorsBy,
    honouredShare: ratio(honoured, handshakes),
    ratePerSecond: ratio(
      honoured * 1e9,
      sum(blocks, (block) => block.durationNs * block.occupiedShare),
    ),
    handshakeNs,
    connectNs,
    roundTrips: roundTripsOf({ ...cell, handshakeNs, connectNs }),
    capacity: run.capacity.find(({ cells }) => cells.includes(cell.id)),
    sequential: sequentialSummary(blocks),
    ...ticketSummary(blocks),
    firstByteNs: mergedOf(blocks, (block) => block.firstByte?.firstByteNs),
    firstByteAfterHandshakeNs: mergedOf(blocks, (block) => block.firstByte?.firstByteAfterHandshakeNs),
    unanswered: sum(blocks, (block) => block.firstByte?.unanswered ?? 0),
    cpuClientNs: perHonoured(blocks, (block) => block.cpuClientNs),
    cpuServerNs: perHonoured(blocks, (block) => block.cpuServerNs),
    bytesIn: perHonoured(blocks, (block) => block.bytesIn),
    bytesOut: perHonoured(blocks, (block) => block.bytesOut),
    schedule: scheduleSummary(blocks),
    offeredSessions: offeredSessionsSummary(blocks),
    mix: mixSummary(run, cell, blocks),
    saturatedBlocks: blocks.length === 0 ? undefined : blocks.filter(({ saturated }) => saturated).length,
    littlesLawResidual: residual(blocks),
    tapped: sum(blocks, (block) => block.tapped),
    helloRetries: sum(blocks, (block) => block.helloRetries),
    status: statusOf(handshakes, honoured, errors),
  };
};

/** The mean of several windows, with the half of its 95 % interval: that of a weighted mean of independent ones. */
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

const ticketSummary = (
  blocks: readonly BlockRecord[],
): Pick<CellSummary, 'ticketNs' | 'ticketsPerHandshake' | 'ticketBytes' | 'ticketLifetimeS'> => {
  const given = blocks.flatMap(({ tickets }) => tickets ?? []);
  return {
    ticketNs: mergedOf(blocks, (block) => block.tickets?.afterNs),
    ticketsPerHandshake: ratio(
      sum(blocks, (block) => block.ticketsReceived),
      sum(blocks, (block) => block.handshakes),
    ),
    ticketBytes: given.length === 0 ? undefined : Math.max(...given.map(({ mostBytes }) => mostBytes)),
    ticketLifetimeS: given.length === 0 ? undefined : Math.min(...given.map(({ leastLifetimeS }) => leastLifetimeS)),
  };
};

const mergedOf = (
  blocks: readonly BlockRecord[],
  histogram: (block: BlockRecord) => BlockRecord['handshakeNs'] | undefined,
): LatencyHistogram =>
  LatencyHistogram.merged(blocks.flatMap((block) => histogram(block) ?? []).map((encoded) => LatencyHistogram.decode(encoded)));

const statusOf = (handshakes: number, honoured: number, errors: number): CellStatus => {
  if (handshakes === 0) return errors === 0 ? 'empty' : 'failed';
  if (honoured === 0) return 'never';
  return honoured === handshakes ? 'honoured' : 'partly';
};

const soleMechanism = (blocks: readonly BlockRecord[]): Mechanism | 'mixed' | undefined => {
  const seen = Object.keys(sumCounts(blocks.map((block) => block.mechanisms))) as Mechanism[];
  return seen.length > 1 ? 'mixed' : seen[0];
};

/** Unknown in one block is unknown for the cell: a part of the cost over all the handshakes would be too low. */
const perHonoured = (blocks: readonly BlockRecord[], cost: (block: BlockRecord) => number | null): number | undefined => {
  const known = blocks.map(cost).filter((value) => value !== null);
  if (known.length < blocks.length) return undefined;
  return ratio(
    known.reduce((a, b) => a + b, 0),
    sum(blocks, (block) => block.honoured),
  );
};

const residual = (blocks: readonly BlockRecord[]): number | undefined => {
  const accounted = ratio(
    sum(blocks, (block) => block.residenceNs),
    sum(blocks, (block) => block.clientNs),
  );
  return accounted === undefined ? undefined : 1 - accounted;
};

/** Adds up counts by their keys; keys that count nothing are left out. */
export const sumCounts = (parts: readonly Readonly<Partial<Record<string, number>>>[]): Record<string, number> => {
  const totals: Record<string, number> = {};
  for (const [key, value] of parts.flatMap((part) => Object.entries(part))) {
    if (value !== undefined && value > 0) totals[key] = (totals[key] ?? 0) + value;
  }
  return totals;
};

const total = (counted: Readonly<Record<string, number>>): number => Object.values(counted).reduce((a, b) => a + b, 0);

const sum = (blocks: readonly BlockRecord[], value: (block: BlockRecord) => number): number =>
  blocks.reduce((all, block) => all + value(block), 0);

const ratio = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined);

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
