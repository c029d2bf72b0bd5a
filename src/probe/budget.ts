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
}

/** Hellos that no handshake follows: of a post-quantum group, and of TLS 1.0 and 1.1. */
const HELLOS = 3;

/** Full handshakes of a protocol before sessions are tried: one that verifies, one that does not, and one with a request. */
const LOOKS = 3;

/** The kinds of session of each protocol. */
const KINDS: Readonly<Record<Protocol, number>> = { 'TLSv1.2': 2, 'TLSv1.3': 1 };

/** The most connections that a probe makes to one address; between many it is an average. */
export const mostConnections = ({ protocols, tries, mapOnly, ...extent }: ProbeExtent): number => {
  const { addresses } = extent;
  const ofNames = protocols.length * mostByNames(extent);
  const ofMap = tries * (addresses <= ALL_PAIRS_UNTIL ? addresses - 1 : 1);
  if (mapOnly) return 1 + protocols.length * LOOKS + tries + ofMap + ofNames;
  const ofKinds = protocols.map((protocol) => LOOKS + KINDS[protocol] * (2 * tries + 1));
  return HELLOS + ofKinds.reduce((sum, count) => sum + count, 0) + EARLY_DATA + ofMap + ofNames;
};

/** Each name and none is looked at, and offered sessions of all of them, also from the first address of each other port. */
const mostByNames = ({ addresses, names = 0, ports = 1 }: Pick<ProbeExtent, 'addresses' | 'names' | 'ports'>): number => {
  if (names === 0) return 0;
  const offers = (names + 1) ** 2 * CROSS_NAME_OFFERS * OFFER_CONNECTIONS;
  return names + 1 + Math.ceil(offers * (1 + (ports * (ports - 1)) / addresses));
};

/** Two primings, the second with a request, and what they were for. */
const OFFER_CONNECTIONS = 3;

/** A full handshake for a ticket, and one that sends early data. */
const EARLY_DATA = 2;
