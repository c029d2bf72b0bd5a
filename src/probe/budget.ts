import { MOST_BEYOND_LIMIT } from '../analysis/probe/capacity-search.ts';
import { ALL_PAIRS_UNTIL } from '../analysis/probe/pair-plan.ts';
import type { Protocol } from '../domain/protocol.ts';
import { CROSS_NAME_OFFERS } from './cross-names.ts';

/** What the number of connections to an address depends on. */
export interface ProbeExtent {
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  readonly mapOnly: boolean;
  /** Addresses in all. */
  readonly addresses: number;
  /** Names across which sessions are offered, none where that is not asked for; and the ports of all addresses. */
  readonly names?: number;
  readonly ports?: number;
  /** Time for which they are watched afterwards, in ms, and that between two polls. */
  readonly watch?: number | undefined;
  readonly watchEvery: number;
  /** Most sessions that their caches are filled with. */
  readonly cacheCapacity?: number | undefined;
}

/** Hellos that no handshake follows: of a post-quantum group, and of TLS 1.0 and 1.1. */
const HELLOS = 3;

/** Full handshakes of a protocol before sessions are tried: one that verifies, one that does not, and one with a request. */
const LOOKS = 3;

/** The kinds of session of each protocol. */
const KINDS: Readonly<Record<Protocol, number>> = { 'TLSv1.2': 2, 'TLSv1.3': 1 };

/** The most connections that a probe makes to one address; between many it is an average. */
export const mostConnections = (extent: ProbeExtent): number =>
  ofExamination(extent) + ofNames(extent) + ofWatch(extent) + ofCache(extent);

const ofExamination = ({ protocols, tries, mapOnly, addresses }: ProbeExtent): number => {
  const ofMap = tries * (addresses <= ALL_PAIRS_UNTIL ? addresses - 1 : 1);
  if (mapOnly) return 1 + protocols.length * LOOKS + tries + ofMap;
  const ofKinds = protocols.map((protocol) => LOOKS + KINDS[protocol] * (2 * tries + 1));
  return HELLOS + ofKinds.reduce((sum, count) => sum + count, 0) + EARLY_DATA + ofMap;
};

/** Each name and none is looked at, and offered sessions of all of them, also from the first address of each other port. */
const ofNames = ({ protocols, addresses, names = 0, ports = 1 }: ProbeExtent): number => {
  if (names === 0) return 0;
  const offers = (names + 1) ** 2 * CROSS_NAME_OFFERS * OFFER_CONNECTIONS;
  return protocols.length * (names + 1 + Math.ceil(offers * (1 + (ports * (ports - 1)) / addresses)));
};

/** Two primings, the second with a request, and what they were for. */
const OFFER_CONNECTIONS = 3;

/** A full handshake for a ticket, and one that sends early data. */
const EARLY_DATA = 2;

/** Each poll makes a session, offers one that was parked, and goes on with a chain. */
const CONNECTIONS_OF_POLL = 3;

const ofWatch = ({ watch, watchEvery }: ProbeExtent): number =>
  watch === undefined ? 0 : CONNECTIONS_OF_POLL * (Math.floor(watch / watchEvery) + 1);

const ofCache = ({ cacheCapacity }: ProbeExtent): number => (cacheCapacity === undefined ? 0 : cacheCapacity + MOST_BEYOND_LIMIT);
