import { invalidReasonOf } from '../analysis/summary/block-validity.ts';
import { isSaturated } from '../analysis/summary/saturation.ts';
import type { FleetMeters } from '../cpu/joined-meter.ts';
import type { CpuMeter } from '../cpu/meter.ts';
import type { BlockCounts } from '../domain/block-counts.ts';
import { cellId } from '../domain/cell.ts';
import { INVALID } from '../domain/invalid-reason.ts';
import type { LatencyClock } from '../domain/latency-clock.ts';
import type { FleetUseRecord, ServerRecord } from '../domain/run-record.ts';
import type { TimelineRecord } from '../domain/timeline-record.ts';
import type { Negotiated } from '../engine/engine.ts';
import { sumOf } from '../stats/descriptive.ts';
import { cpuClientNsOf, hostRecord } from './host-records.ts';
import type { MeasuredLoad } from './load-generator.ts';
import { mergedLoad, mergedPriming } from './merged-streams.ts';
import type { MeasuredStream, WorkerReport } from './protocol/messages.ts';
import type { WatchedUse } from './server-watch.ts';
import type { MeasuredBlock, WindowRequest, WindowStream } from './window-request.ts';

/** Everything reported of one window. */
export interface WindowReports {
  readonly request: WindowRequest;
  readonly measured: MeasuredLoad;
  /** Use of each state's server in the window. */
  readonly servers: ReadonlyMap<CpuMeter, WatchedUse>;
}

/** The blocks of a window, one per stream: the machines' reports, merged. */
export const blockRecordsOf = (reports: WindowReports): MeasuredBlock[] => {
  const { request, measured } = reports;
  const workers = measured.hosts.flatMap((host) => host.workers);
  const load = mergedLoad(measured.hosts.map(({ streams }) => streams));
  const priming = mergedPriming(measured.hosts.map(({ primed }) => primed));
  return load.flatMap(({ counts, timeline, negotiated, certificates }, index) => {
    const [stream, primed] = [request.streams[index], priming[index]];
    if (stream === undefined || primed === undefined) return [];
    const hosts = measured.hosts.map((host) => hostRecord(host, { index, sources: request.sources }));
    const clock = latencyClockOf(counts, workers);
    const invalidReason =
      measured.lost.length > 0 ? INVALID.agentLost : invalidReasonOf({ ...counts, primed: primed.counts, hosts });
    return {
      block: {
        ...placed(reports, workers, stream),
        clock,
        ...counts,
        timeline: timelineOf(reports, timeline, stream),
        ...shared(reports, load, { workers, index }),
        // One after another is the work of one worker.
        sequential: workers[0]?.sequential ?? null,
        certificates: [...new Set([...primed.certificates, ...certificates])],
        primed: primed.counts,
        hosts,
        saturated: isSaturated({ hosts, clock, split: counts.split, schedule: counts.schedule }),
        valid: invalidReason === '',
        invalidReason,
      },
      negotiated: negotiatedOf(negotiated, primed.negotiated),
    };
  });
};

/** The cell over time; absent where that was not asked for. */
const timelineOf = (
  { request: { timelineNs }, servers }: WindowReports,
  intervals: MeasuredStream['timeline'],
  { serverCpu }: WindowStream,
): TimelineRecord | undefined =>
  timelineNs === undefined
    ? undefined
    : {
        intervalNs: timelineNs,
        intervals: intervals ?? [],
        cpuServer: [...((serverCpu && servers.get(serverCpu)?.timeline) ?? [])],
      };

/** Above this share of handshakes without a stamp a block is not called kernel-timed: their latency has our queue in it. */
const MOST_UNSTAMPED = 0.01;

/** `kernel` only where that is true of practically every latency in the block. */
const latencyClockOf = ({ honoured, split }: BlockCounts, workers: readonly WorkerReport[]): LatencyClock => {
  const isWatched = workers.every(({ clock, clockStepped }) => clock === 'kernel' && !clockStepped);
  const stamped = split?.waitNs.count ?? 0;
  return isWatched && honoured - stamped <= MOST_UNSTAMPED * honoured ? 'kernel' : 'user';
};

/** The place and time of a block. */
const placed = ({ request, measured }: WindowReports, workers: readonly WorkerReport[], { cell }: WindowStream) => ({
  cell: cellId(cell),
  round: Math.max(0, request.window.round),
  position: request.window.position,
  startUnixNs: measured.startUnixNs,
  durationNs: Math.round(Math.max(0, ...workers.map(({ lastEndNs }) => lastEndNs))),
});

/** A cell's part of what its window shares: the time, and the threads' and the server's CPU time. */
const shared = (
  { request, servers }: WindowReports,
  load: readonly MeasuredStream[],
  { workers, index }: { readonly workers: readonly WorkerReport[]; readonly index: number },
) => {
  const { streams, schedule } = request;
  const stream = streams[index];
  const occupied = occupiedShare(load, index);
  const server = stream?.serverCpu && servers.get(stream.serverCpu);
  const serverNs = server?.cpuNs ?? null;
  const isServerShared = streams.filter(({ serverCpu }) => serverCpu === stream?.serverCpu).length > 1;
  return {
    askedShare: (stream?.weight ?? 0) / streams.reduce((sum, { weight }) => sum + weight, 0),
    // A schedule gives every cell the whole window: its share of it is for the schedule to say.
    occupiedShare: schedule === undefined && streams.length > 1 ? occupied : 1,
    clientNs: workers.reduce((sum, { inFlightNs }) => sum + inFlightNs, 0) * occupied,
    cpuClientNs: cpuClientNsOf(workers, index),
    cpuServerNs: isServerShared ? null : serverNs,
    cpuServerWindowNs: isServerShared ? serverNs : null,
    server: serverRecord(server),
    fleet: stream?.fleetCpu && fleetUse(stream.fleetCpu, servers),
  };
};

const serverRecord = (use: WatchedUse | undefined): ServerRecord =>
  use === undefined
    ? { cpuAbsence: null, quota: null, forwardsTo: [] }
    : { cpuAbsence: use.cpuAbsence, quota: use.quota, forwardsTo: use.forwardsTo };

const fleetUse = ({ balancer, cache }: FleetMeters, servers: WindowReports['servers']): FleetUseRecord => ({
  cpuBalancerNs: servers.get(balancer)?.cpuNs ?? null,
  cpuCacheNs: (cache && servers.get(cache)?.cpuNs) ?? null,
});

/** The share of the connections' time that one stream took. */
const occupiedShare = (load: readonly MeasuredStream[], index: number): number => {
  const all = sumOf(load, ({ counts }) => counts.residenceNs);
  return all > 0 ? (load[index]?.counts.residenceNs ?? 0) / all : 0;
};

/** The terms that the measured handshakes agreed on, with the certificate that the full ones before them showed. */
const negotiatedOf = (measured: Negotiated | null, primed: Negotiated | null): Negotiated | undefined => {
  if (measured === null || primed === null) return measured ?? undefined;
  return { ...measured, keyType: primed.keyType, certificateSha256: primed.certificateSha256 };
};
