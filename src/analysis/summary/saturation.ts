import type { ScheduleCounts } from '../../domain/block-counts.ts';
import type { BlockRecord, HostRecord } from '../../domain/run-record.ts';
import { ratioOf } from '../../stats/descriptive.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';

/** Above this share of its time at work a worker's own queueing enters what it measures: at 90% an arrival waits for nine others. */
export const MOST_BUSY = 0.9;

/** Starts that are later than this are late, when they are 1% of all and at least so many: fewer are chance. */
const LATE_NS = 1e6;
const LEAST_LATE = 10;

/** ...and distort what is measured when they are later than half of what a handshake takes. */
const LATE_PART = 0.5;

/** From this share of starts on that waited for a connection to end, lateness says nothing of the generator. */
export const CONNECTION_LIMITED_SHARE = 0.01;

/** From this share of a handshake's time on that what arrived waited for the generator, it is the slower side. */
export const MOST_QUEUE = 0.5;

/** The part of a block that tells whether its generator kept up. */
export interface LoadEvidence extends Pick<BlockRecord, 'clock' | 'split' | 'schedule'> {
  readonly hosts: readonly HostRecord[];
}

/**
 * True when the generator was the bottleneck of a block: the rate is then its own, and so is a
 * latency that its queue enters, while counts and CPU per handshake stay true. Judged by the queue
 * itself where the kernel's stamps show it, and by the time at work elsewhere.
 */
export const isSaturated = (block: LoadEvidence): boolean => {
  const { hosts, schedule } = block;
  const hasOverload = hosts.some((host) => hasQueue(host) && isOverloaded(host, block));
  return hasOverload || (schedule !== null && isBehind(schedule));
};

const isOverloaded = (host: HostRecord, { clock, split }: LoadEvidence): boolean =>
  clock === 'kernel' ? queueShareOf(split) > MOST_QUEUE : busiest(host) > MOST_BUSY;

/** The share of the handshakes' time, our queue included, that was our queue. */
export const queueShareOf = (split: BlockRecord['split']): number =>
  split === null ? 0 : (ratioOf(split.queueNs.sumNs, split.waitNs.sumNs + split.clientNs.sumNs + split.queueNs.sumNs) ?? 0);

/** Above this a worker did not merely wait for a core, even on a machine with ten programs for each: it was stopped. */
const STALL_NS = 250e6;

/** The longest time for which the generator stood still in a block; `undefined` where it never did. */
export const stallOf = ({ hosts }: Pick<LoadEvidence, 'hosts'>): number | undefined => {
  const longestNs = Math.max(0, ...hosts.flatMap(({ workers }) => workers).map(({ stalledNs }) => stalledNs));
  return longestNs > STALL_NS ? longestNs : undefined;
};

/** A worker with one handshake at a time is busy with that one: its own work is part of a handshake, and nothing waits for it. */
const hasQueue = ({ workers, mostInFlight }: HostRecord): boolean => mostInFlight > workers.length;

/** The share of its time that the busiest worker had something to do; of its CPU time where the engine does not tell. 0 when unknown. */
export const busiest = ({ workers }: HostRecord): number =>
  Math.max(0, ...workers.map(({ busyShare, cpuShare }) => busyShare ?? cpuShare ?? 0));

const lateTail = (lateNs: ScheduleCounts['lateNs']): number => {
  const late = LatencyHistogram.decode(lateNs);
  return late.count < LEAST_LATE ? 0 : (late.quantileNs(Math.min(0.99, 1 - LEAST_LATE / late.count)) ?? 0);
};

/** By how much 1% of the starts were late or more. */
export const lateP99 = ({ lateNs }: Pick<ScheduleCounts, 'lateNs'>): number =>
  LatencyHistogram.decode(lateNs).quantileNs(0.99) ?? 0;

/** Whether starts were late or left out, with connections to spare. */
const isBehind = ({ due, dropped, connectionLimited, lateNs, serviceNs }: ScheduleCounts): boolean => {
  if (due === 0 || connectionLimited >= CONNECTION_LIMITED_SHARE * due) return false;
  const service = LatencyHistogram.decode(serviceNs).quantileNs(0.99) ?? 0;
  return dropped > 0 || lateTail(lateNs) > Math.max(LATE_NS, LATE_PART * service);
};
