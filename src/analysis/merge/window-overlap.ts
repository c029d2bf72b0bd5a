import type { BlockRecord } from '../../domain/run-record.ts';

/** The time in which machines loaded in a window, by their own clocks. */
export interface WindowOverlap {
  /** The earliest start, as Unix time in ns. */
  readonly startNs: bigint;
  /** Until the last end. */
  readonly durationNs: number;
  /** The share of that time in which all machines loaded. */
  readonly share: number;
}

/**
 * Below this the rate of a merged window is that of no load that ever was: the server had fewer machines to serve for more than a tenth of
 * it. Above it the rate is too low by a tenth at most.
 */
export const LEAST_OVERLAP = 0.9;

export const overlapOf = (blocks: readonly Pick<BlockRecord, 'startUnixNs' | 'durationNs'>[]): WindowOverlap => {
  const starts = blocks.map(({ startUnixNs }) => BigInt(startUnixNs)).toSorted(ascending);
  const ends = blocks.map(({ startUnixNs, durationNs }) => BigInt(startUnixNs) + BigInt(durationNs)).toSorted(ascending);
  const between = (from: bigint | undefined, to: bigint | undefined): number => Number((to ?? 0n) - (from ?? 0n));
  const durationNs = between(starts[0], ends.at(-1));
  const togetherNs = Math.max(0, between(starts.at(-1), ends[0]));
  return { startNs: starts[0] ?? 0n, durationNs, share: durationNs > 0 ? togetherNs / durationNs : 1 };
};

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));
