import { BLOCK_COUNTS, PRIMING_COUNTS } from '../../domain/block-counts.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import type { LatencyClock } from '../../domain/latency-clock.ts';
import type { BlockRecord, HostRecord, ServerRecord } from '../../domain/run-record.ts';
import { INTERVALS, movedBy, type TimelineRecord } from '../../domain/timeline-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { invalidReasonOf } from '../summary/block-validity.ts';
import { isSaturated } from '../summary/saturation.ts';
import { compareText, type BlockPart } from './merge-source.ts';
import { LEAST_OVERLAP, overlapOf, type WindowOverlap } from './window-overlap.ts';

/** Merges what several runs measured of one block, without loss: a part per run. */
export const mergedBlock = (parts: readonly BlockPart[]): BlockRecord => {
  const blocks = parts.map(({ block }) => block);
  const [first, ...others] = blocks;
  if (first === undefined) throw new RangeError('a block must have a part');
  const overlap = overlapOf(blocks);
  const hosts = hostsOf(parts, overlap);
  // One run stays what it was, with everything that only its own machine could know.
  if (others.length === 0) return { ...first, hosts };
  const counts = BLOCK_COUNTS.merge(blocks);
  const primed = PRIMING_COUNTS.merge(blocks.map((block) => block.primed));
  const clock = clockOf(blocks);
  const invalidReason = invalidReasonOf({ ...counts, primed, hosts }) || remainingReason(blocks, overlap);
  return {
    cell: first.cell,
    round: first.round,
    position: first.position,
    startUnixNs: String(overlap.startNs),
    durationNs: overlap.durationNs,
    clock,
    ...counts,
    timeline: timelineOf(blocks, overlap),
    cpuClientNs: blocks.every(({ cpuClientNs }) => cpuClientNs !== null)
      ? sumOf(blocks, (block) => block.cpuClientNs ?? 0)
      : null,
    // A machine that can see the server has read what it used in that machine's window, for all machines: added up it would count
    // several times, and alone it is not that of the merged window.
    cpuServerNs: null,
    cpuServerWindowNs: null,
    server: serverOf(blocks),
    clientNs: sumOf(blocks, ({ clientNs }) => clientNs),
    askedShare: first.askedShare,
    occupiedShare: occupiedShareOf(blocks),
    sequential: null,
    certificates: [...new Set(blocks.flatMap(({ certificates = [] }) => certificates))].toSorted(compareText),
    primed,
    hosts,
    saturated: isSaturated({ hosts, clock, split: counts.split, schedule: counts.schedule }),
    valid: invalidReason === '',
    invalidReason,
  };
};

const hostsOf = (parts: readonly BlockPart[], { startNs }: WindowOverlap): HostRecord[] =>
  parts
    .flatMap(({ source, block }) =>
      block.hosts.map((host) => ({
        ...host,
        agent: source.agentOf(host),
        startSkewNs: (host.startSkewNs ?? 0) + Number(BigInt(block.startUnixNs) - startNs),
      })),
    )
    .toSorted((a, b) => compareText(a.agent, b.agent));

/** `kernel` only where that is true of every part. */
const clockOf = (blocks: readonly BlockRecord[]): LatencyClock => {
  const clocks = new Set(blocks.map(({ clock }) => clock));
  if (clocks.has('older')) return 'older';
  return clocks.has('user') ? 'user' : 'kernel';
};

/** Reasons that are judged anew, by everything that was measured: what one machine alone showed may have been its own. */
const JUDGED_ANEW: readonly string[] = ['', INVALID.nothingFinished, INVALID.stalled];

const remainingReason = (blocks: readonly BlockRecord[], { share }: WindowOverlap): string =>
  blocks.map(({ invalidReason }) => invalidReason).find((reason) => !JUDGED_ANEW.includes(reason)) ??
  (share < LEAST_OVERLAP ? INVALID.apart : '');

/** Counted from the earliest start; of windows that hardly overlap there is no common one. */
const timelineOf = (blocks: readonly BlockRecord[], { startNs, share }: WindowOverlap): TimelineRecord | undefined => {
  const intervalNs = blocks[0]?.timeline?.intervalNs;
  if (intervalNs === undefined || share < LEAST_OVERLAP) return undefined;
  const fromStart = blocks.map(({ timeline, startUnixNs }) =>
    movedBy(Math.round(Number(BigInt(startUnixNs) - startNs) / intervalNs), timeline?.intervals ?? []),
  );
  return { intervalNs, intervals: [...INTERVALS.merge(fromStart)], cpuServer: [] };
};

/** Quota and neighbours are the server's own, whoever read them; its CPU time is known to nobody: see above. */
const serverOf = (blocks: readonly BlockRecord[]): ServerRecord => {
  const [absence, ...others] = new Set(blocks.map(({ server }) => server.cpuAbsence));
  const quotas = blocks.flatMap(({ server }) => server.quota ?? []);
  return {
    cpuAbsence: others.length === 0 ? (absence ?? 'merged') : 'merged',
    quota: quotas.toSorted((a, b) => b.throttledShare - a.throttledShare)[0] ?? null,
    forwardsTo: [...new Set(blocks.flatMap(({ server }) => server.forwardsTo))].toSorted(compareText),
  };
};

/** The mean of the shares, weighted by the connections' time in each machine's window. */
const occupiedShareOf = (blocks: readonly BlockRecord[]): number => {
  if (blocks.every(({ occupiedShare }) => occupiedShare === 1)) return 1;
  const known = blocks.filter(({ occupiedShare }) => occupiedShare > 0);
  const windowNs = sumOf(known, ({ residenceNs, occupiedShare }) => residenceNs / occupiedShare);
  return windowNs > 0 ? Math.min(1, sumOf(known, ({ residenceNs }) => residenceNs) / windowNs) : 0;
};
