import type { LatencyHistogram } from '../stats/histogram.ts';

/** A timer of delayed acknowledgements, and where the handshakes that waited for it are found: its tick and their own work come on top. */
interface AckTimer {
  readonly ms: 40 | 200;
  readonly fromNs: number;
  readonly untilNs: number;
}

/** Linux waits 40 ms at least (TCP_DELACK_MIN), Windows and the BSDs up to 200 ms. */
const TIMERS: readonly AckTimer[] = [
  { ms: 40, fromNs: 39e6, untilNs: 49e6 },
  { ms: 200, fromNs: 195e6, untilNs: 215e6 },
];

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
  for (const { ms, fromNs, untilNs } of TIMERS) {
    const share = between(fromNs, untilNs);
    const width = untilNs - fromNs;
    const beside = Math.max(between(fromNs - width, fromNs), between(untilNs, untilNs + width));
    if (share < LEAST_SHARE || share * handshakeNs.count < LEAST_COUNT || beside > share * MOST_BESIDE) continue;
    return { timerMs: ms, share, isBesideFast: between(-floorNs, fromNs / 2) >= LEAST_FAST };
  }
  return undefined;
};
