import type { CpuReading } from '../../domain/timeline-record.ts';
import { sumOf } from '../../stats/descriptive.ts';

/** A reading that covers more than this many intervals says too little of any of them: it came late, on a busy machine. */
const LONGEST = 1.5;

/** A span of time relative to the start of the window. */
export interface TimeSpan {
  readonly startNs: number;
  readonly endNs: number;
}

/** Timers are off by some ms, a tenth of the shortest intervals. */
const LEAST_COVERED = 0.9;

/**
 * CPU time used in an interval: of each reading the part that overlaps it, as if it had been used evenly. `undefined` unless readings
 * cover the interval.
 *
 * @param readings in order.
 */
export const cpuBetween = (readings: readonly CpuReading[], { startNs, endNs }: TimeSpan): number | undefined => {
  const lengthNs = endNs - startNs;
  const parts = readings
    .slice(firstEndingAfter(readings, startNs), firstEndingAfter(readings, endNs) + 1)
    .map((reading) => ({ ...reading, overlapNs: Math.min(reading.toNs, endNs) - Math.max(reading.fromNs, startNs) }))
    .filter(({ overlapNs }) => overlapNs > 0);
  const coveredNs = sumOf(parts, ({ overlapNs }) => overlapNs);
  const isCovered =
    coveredNs >= LEAST_COVERED * lengthNs && parts.every(({ fromNs, toNs }) => toNs - fromNs <= LONGEST * lengthNs);
  return isCovered ? sumOf(parts, ({ usedNs, overlapNs, fromNs, toNs }) => (usedNs * overlapNs) / (toNs - fromNs)) : undefined;
};

/** Index of the first reading that ends after a time, by halves: a window has thousands. */
const firstEndingAfter = (readings: readonly CpuReading[], ns: number): number => {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((readings[middle]?.toNs ?? 0) > ns) high = middle;
    else low = middle + 1;
  }
  return low;
};
