import { isSaturated } from '../analysis/summary/saturation.ts';
import { sumCounts } from '../analysis/summary/cell-summary.ts';
import type { CpuMeter } from '../cpu/meter.ts';
import { cellId } from '../domain/cell.ts';
import type { FirstByteRecord, OfferedSessionsRecord, BlockRecord, ScheduleRecord, TicketsRecord } from '../domain/run-record.ts';
import type { Negotiated } from '../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../stats/histogram.ts';
import { generatorRecord, type MachineInWindow } from './generator-record.ts';
import type { WindowReport } from './protocol/messages.ts';
import type { PrimingReport } from './worker/priming.ts';
import type { TallyReport } from './worker/tally.ts';
import type { MeasuredBlock, WindowRequest, WindowStream } from './window-request.ts';

/** What the workers reported of one window. */
export interface WorkerReports {
  readonly order: WindowRequest;
  readonly startNs: number;
  readonly windows: readonly WindowReport[];
  /** Per worker and stream. */
  readonly primings: readonly (readonly PrimingReport[])[];
  /** CPU time of each state's server in the window. */
  readonly cpuNs: ReadonlyMap<CpuMeter, number | undefined>;
  readonly machine: MachineInWindow;
}

/** The blocks of a window, one per stream: what the workers report, added up. Histograms are merged, never averaged. */
export const blockRecordsOf = (reports: WorkerReports): MeasuredBlock[] => {
  const generator = generatorRecord(reports);
  return reports.order.streams.map((stream, index) => {
    const tallies = reports.windows.flatMap(({ tallies }) => tallies[index] ?? []);
    const primings = reports.primings.flatMap((ofWorker) => ofWorker[index] ?? []);
    const block = {
      ...placed(reports, stream),
      ...counted(tallies),
      ...shared(reports, index),
      primed: mergePriming(primings),
      // One after another is the work of one worker.
      sequential: reports.windows[0]?.sequential ?? null,
    };
    return {
      block: { ...block, generator, saturated: isSaturated({ ...block, generator }) },
      negotiated: negotiatedOf(tallies, primings),
    };
  });
};

/** Where and when it was measured. */
const placed = ({ order, startNs, windows }: WorkerReports, { cell }: WindowStream) => ({
  cell: cellId(cell),
  round: Math.max(0, order.window.round),
  order: order.window.order,
  startUnixNs: unixNs(startNs),
  durationNs: Math.max(startNs, ...windows.map((window) => window.lastEndNs)) - startNs,
  valid: true,
  invalidReason: '',
});

/** What was counted of the cell alone. */
const counted = (tallies: readonly TallyReport[]) => {
  const sum = (value: (tally: TallyReport) => number): number => sumOf(tallies, value);
  const declined = sumCounts(tallies.map((tally) => tally.declined)) as BlockRecord['declined'];
  const honoured = sum((tally) => tally.honoured);
  return {
    handshakes: honoured + Object.values(declined).reduce((a, b) => a + b, 0),
    honoured,
    declined,
    errors: sumCounts(tallies.map((tally) => tally.errors)),
    mechanisms: sumCounts(tallies.map((tally) => tally.mechanisms)),
    helloRetries: sum((tally) => tally.helloRetries),
    tapped: sum((tally) => tally.tapped),
    ticketsReceived: sum((tally) => tally.ticketsReceived),
    handshakeNs: merged(tallies.map((tally) => tally.handshakeNs)),
    connectNs: merged(tallies.map((tally) => tally.connectNs)),
    bytesIn: sum((tally) => tally.bytesIn),
    bytesOut: sum((tally) => tally.bytesOut),
    residenceNs: sum((tally) => tally.residenceNs),
    replenished: sum((tally) => tally.replenished),
    schedule: scheduleOf(tallies),
    offeredSessions: offeredSessionsOf(tallies),
    tickets: ticketsOf(tallies),
    firstByte: firstByteOf(tallies),
  };
};

/** What the cell has its part of: the window's time, and the threads' and the server's CPU time. */
const shared = ({ order, windows, cpuNs }: WorkerReports, index: number) => {
  const all = windows.flatMap(({ tallies }) => tallies).reduce((sum, tally) => sum + tally.residenceNs, 0);
  const own = windows.reduce((sum, { tallies }) => sum + (tallies[index]?.residenceNs ?? 0), 0);
  const occupied = all > 0 ? own / all : 0;
  const weights = order.streams.map(({ weight }) => weight);
  const stream = order.streams[index];
  const clientCpu = windows.map((window) => window.cpuNs?.[index]);
  const serverNs = stream?.serverCpu === undefined ? null : (cpuNs.get(stream.serverCpu) ?? null);
  const isServerShared = order.streams.filter(({ serverCpu }) => serverCpu?.source === stream?.serverCpu?.source).length > 1;
  return {
    askedShare: (weights[index] ?? 0) / weights.reduce((a, b) => a + b, 0),
    // A schedule gives every cell the whole window: what it gets of it is for the schedule to say.
    occupiedShare: order.schedule === undefined && order.streams.length > 1 ? occupied : 1,
    clientNs: windows.reduce((sum, { placesNs }) => sum + placesNs, 0) * occupied,
    cpuClientNs: clientCpu.every((ns) => ns !== undefined) ? clientCpu.reduce((sum: number, ns) => sum + ns, 0) : null,
    cpuServerNs: isServerShared ? null : serverNs,
    cpuServerWindowNs: isServerShared ? serverNs : null,
  };
};

const scheduleOf = (tallies: readonly TallyReport[]): ScheduleRecord | null => {
  const reports = tallies.flatMap(({ schedule }) => schedule ?? []);
  if (reports.length === 0) return null;
  return {
    due: sumOf(reports, ({ due }) => due),
    dropped: sumOf(reports, ({ dropped }) => dropped),
    connectionLimited: sumOf(reports, ({ connectionLimited }) => connectionLimited),
    lateNs: merged(reports.map(({ lateNs }) => lateNs)),
    serviceNs: merged(reports.map(({ serviceNs }) => serviceNs)),
    responseNs: merged(reports.map(({ responseNs }) => responseNs)),
  };
};

const offeredSessionsOf = (tallies: readonly TallyReport[]): OfferedSessionsRecord | null => {
  const reports = tallies.flatMap(({ offeredSessions }) => offeredSessions ?? []);
  if (reports.length === 0) return null;
  return {
    handshakes: sumOf(reports, ({ handshakes }) => handshakes),
    sessions: sumOf(reports, ({ sessions }) => sessions),
    ageNs: merged(reports.map(({ ageNs }) => ageNs)),
  };
};

const ticketsOf = (tallies: readonly TallyReport[]): TicketsRecord | null => {
  const given = tallies.flatMap(({ tickets }) => tickets ?? []);
  if (given.length === 0) return null;
  return {
    afterNs: merged(given.map(({ afterNs }) => afterNs)),
    leastBytes: Math.min(...given.map(({ leastBytes }) => leastBytes)),
    mostBytes: Math.max(...given.map(({ mostBytes }) => mostBytes)),
    leastLifetimeS: Math.min(...given.map(({ leastLifetimeS }) => leastLifetimeS)),
    mostLifetimeS: Math.max(...given.map(({ mostLifetimeS }) => mostLifetimeS)),
  };
};

const firstByteOf = (tallies: readonly TallyReport[]): FirstByteRecord | null => {
  const firstByte = tallies.flatMap((tally) => tally.firstByte ?? []);
  if (firstByte.length === 0) return null;
  return {
    firstByteNs: merged(firstByte.map(({ firstByteNs }) => firstByteNs)),
    firstByteAfterHandshakeNs: merged(firstByte.map(({ firstByteAfterHandshakeNs }) => firstByteAfterHandshakeNs)),
    unanswered: firstByte.reduce((sum, { unanswered }) => sum + unanswered, 0),
  };
};

/** What the measured handshakes agreed on, with the certificate that the full ones before them showed. */
const negotiatedOf = (tallies: readonly TallyReport[], primings: readonly PrimingReport[]): Negotiated | undefined => {
  const measured = tallies.find(({ negotiated }) => negotiated !== undefined)?.negotiated;
  const primed = primings.find(({ negotiated }) => negotiated !== undefined)?.negotiated;
  if (measured === undefined || primed === undefined) return measured;
  return { ...measured, keyType: primed.keyType, certificateSha256: primed.certificateSha256 };
};

const mergePriming = (reports: readonly PrimingReport[]): BlockRecord['primed'] => ({
  handshakes: reports.reduce((sum, report) => sum + report.handshakes, 0),
  sessions: reports.reduce((sum, report) => sum + report.sessions, 0),
  probes: reports.reduce((sum, report) => sum + report.probes, 0),
  errors: sumCounts(reports.map((report) => report.errors)),
  conflicts: reports.reduce((sum, report) => sum + report.conflicts, 0),
});

const sumOf = <Part>(parts: readonly Part[], value: (part: Part) => number): number =>
  parts.reduce((sum, part) => sum + value(part), 0);

const merged = (parts: readonly EncodedHistogram[]): EncodedHistogram =>
  LatencyHistogram.merged(parts.map((part) => LatencyHistogram.decode(part))).encode();

/** A time on the engines' clock as Unix time, in digits: ns since 1970 are beyond what a double holds. */
const unixNs = (engineNs: number): string => String(BigInt(Math.round(performance.timeOrigin * 1e3)) * 1000n + BigInt(engineNs));
