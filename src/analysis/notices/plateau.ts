import type { LatencyHistogram } from '../../stats/histogram.ts';

/**
 * A timer of delayed acknowledgements, and where the handshakes that waited for it are found. They begin at an edge, since nobody can be
 * earlier; a coarse clock tick, their own work and a busy machine make some of them later.
 */
interface AckTimer {
  readonly ms: 40 | 200;
  readonly fromNs: number;
  readonly edgeNs: number;
  readonly untilNs: number;
}

/** Linux waits 40 ms at least (TCP_DELACK_MIN), Windows and the BSDs up to 200 ms. */
const TIMERS: readonly AckTimer[] = [
  { ms: 40, fromNs: 39e6, edgeNs: 47e6, untilNs: 60e6 },
  { ms: 200, fromNs: 195e6, edgeNs: 210e6, untilNs: 230e6 },
];

/** At least so many of a plateau are at its edge. */
const LEAST_AT_EDGE = 0.1;

/** Fewer are chance. */
const LEAST_SHARE = 0.05;
const LEAST_COUNT = 10;

/** A plateau has edges: beside it there are at most so many for each on it. Queueing has no edges. */
const MOST_BESIDE = 0.2;

/** Where at least so many are far below the timer, the others did not get there by queueing alone. */
const LEAST_FAST = 0.05;

/** Handshakes that took longer by just the time of a delayed acknowledgement. */
export interface Plateau {
  readonly timerMs: AckTimer['ms'];
  /** Of the honoured handshakes. */
  readonly share: number;
  /** Whether others were fast beside them; without these a server that is simply so slow looks alike. */
  readonly isBesideFast: boolean;
}

/**
 * Looks for the plateau that Nagle's algorithm on one side and delayed acknowledgements on the other make together (RFC 896, RFC 1122,
 * section 4.2.3.2): the one waits to send, the other to acknowledge.
 *
 * @param floorNs what every handshake takes for the way alone.
 */
export const plateauOf = (handshakeNs: LatencyHistogram, floorNs: number): Plateau | undefined => {
  const between = (fromNs: number, untilNs: number): number =>
    handshakeNs.shareAtMost(floorNs + untilNs) - handshakeNs.shareAtMost(floorNs + fromNs);
  for (const { ms, fromNs, edgeNs, untilNs } of TIMERS) {
    const share = between(fromNs, untilNs);
    const width = untilNs - fromNs;
    const beside = Math.max(between(fromNs - width, fromNs), between(untilNs, untilNs + width));
    if (share < LEAST_SHARE || share * handshakeNs.count < LEAST_COUNT || beside > share * MOST_BESIDE) continue;
    if (between(fromNs, edgeNs) < share * LEAST_AT_EDGE) continue;
    return { timerMs: ms, share, isBesideFast: between(-floorNs, fromNs / 2) >= LEAST_FAST };
  }
  return undefined;
};
