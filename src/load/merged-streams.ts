import { BLOCK_COUNTS, PRIMING_COUNTS } from '../domain/block-counts.ts';
import { INTERVALS } from '../domain/timeline-record.ts';
import type { MeasuredStream, PrimedStream } from './protocol/messages.ts';

/** Puts together what workers, or machines, primed: stream by stream, without loss. */
export const mergedPriming = (parts: readonly (readonly PrimedStream[])[]): PrimedStream[] =>
  byStream(parts).map((streams) => ({ counts: PRIMING_COUNTS.merge(streams.map(({ counts }) => counts)), ...termsOf(streams) }));

/** Puts together what workers, or machines, measured: stream by stream, without loss. */
export const mergedLoad = (parts: readonly (readonly MeasuredStream[])[]): MeasuredStream[] =>
  byStream(parts).map((streams) => {
    const timelines = streams.flatMap(({ timeline }) => (timeline === undefined ? [] : [timeline]));
    return {
      counts: BLOCK_COUNTS.merge(streams.map(({ counts }) => counts)),
      ...(timelines.length > 0 && { timeline: INTERVALS.merge(timelines) }),
      ...termsOf(streams),
    };
  });

/** All parts of the first stream, then all of the second. */
const byStream = <Stream>(parts: readonly (readonly Stream[])[]): Stream[][] =>
  (parts[0] ?? []).map((_, index) => parts.flatMap((part) => part[index] ?? []));

const termsOf = (
  parts: readonly PrimedStream[] | readonly MeasuredStream[],
): Pick<PrimedStream, 'negotiated' | 'certificates'> => ({
  negotiated: parts.find(({ negotiated }) => negotiated !== null)?.negotiated ?? null,
  certificates: [...new Set(parts.flatMap(({ certificates }) => certificates))],
});
