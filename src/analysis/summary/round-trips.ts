import type { Mode } from '../../domain/mode.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { LatencyHistogram } from '../../stats/histogram.ts';

/** Below this the work of both sides hides the way: on loopback a round trip takes 0.05 ms and a handshake 1 ms. */
const LEAST_COUNTED_RTT_NS = 1e6;

/** A handshake that takes more round trips than this is slow, not far away. */
const MOST_TRIPS = 6;

/** What is left of the fastest handshake must be clearly less than one more round trip, or they cannot be told apart. */
const MOST_LEFT = 0.5;

/** A TCP connect holds a little work of the kernels that a round trip inside the handshake does not. */
const ROUNDING = 0.1;

/** From this share of HelloRetryRequests on, the round trip that each costs is part of a usual handshake. */
const MOSTLY = 0.5;

/** A cell's handshake time as the way there and back, and what is left. */
export interface RoundTrips {
  /** The shortest TCP connect: the way with the least queueing. */
  readonly rttNs: number;
  /** As many as the protocol needs until the handshake is over on the client's side, that of a HelloRetryRequest included. */
  readonly needed: number;
  /** As many as the fastest handshake took, by the clock; `undefined` where the round trip is too short to count them. */
  readonly taken: number | undefined;
  /** What is left of the median: work, queueing, and whatever else is no way. Never below 0. */
  readonly remainderNs: number;
}

export interface TripTimes {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly connectNs: LatencyHistogram;
  readonly handshakeNs: LatencyHistogram;
  /** The part of it that was spent on the way and at the server; `undefined` where it is not known. */
  readonly waitNs?: LatencyHistogram | undefined;
  /** Share of the handshakes in which the server asked for another key share; default none. */
  readonly helloRetryShare?: number;
}

/** `undefined` where nothing was measured. */
export const roundTripsOf = ({
  protocol,
  mode,
  connectNs,
  handshakeNs,
  waitNs,
  helloRetryShare = 0,
}: TripTimes): RoundTrips | undefined => {
  const rttNs = connectNs.minNs;
  const fastestNs = (waitNs ?? handshakeNs).minNs;
  const medianNs = handshakeNs.quantileNs(0.5);
  if (rttNs === undefined || rttNs === 0 || fastestNs === undefined || medianNs === undefined) return undefined;
  const needed = neededTrips(protocol, mode) + (helloRetryShare > MOSTLY ? 1 : 0);
  const taken = countedTrips(fastestNs, rttNs);
  return { rttNs, needed, taken, remainderNs: Math.max(0, medianNs - (taken ?? needed) * rttNs) };
};

/** How many round trips a time is made of, `undefined` where they cannot be counted. */
export const countedTrips = (ns: number, rttNs: number): number | undefined => {
  if (rttNs < LEAST_COUNTED_RTT_NS) return undefined;
  const trips = Math.floor(ns / rttNs + ROUNDING);
  return trips > MOST_TRIPS || ns / rttNs - trips > MOST_LEFT ? undefined : trips;
};

/** RFC 5246, section 7.3: a full TLS 1.2 handshake takes two, a resumed one one. RFC 8446, section 2: TLS 1.3 takes one. */
const neededTrips = (protocol: Protocol, mode: Mode): number => (protocol === 'TLSv1.2' && mode === 'full' ? 2 : 1);
