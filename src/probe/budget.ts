import { ALL_PAIRS_UNTIL } from '../analysis/probe/pair-plan.ts';
import type { Protocol } from '../domain/protocol.ts';

/** What the number of connections to an address depends on. */
export interface ProbeExtent {
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  readonly mapOnly: boolean;
  /** Addresses in all. */
  readonly addresses: number;
}

/** Hellos that no handshake follows: of a post-quantum group, and of TLS 1.0 and 1.1. */
const HELLOS = 3;

/** Full handshakes of a protocol before sessions are tried: one that verifies, one that does not, and one with a request. */
const LOOKS = 3;

/** The kinds of session of each protocol. */
const KINDS: Readonly<Record<Protocol, number>> = { 'TLSv1.2': 2, 'TLSv1.3': 1 };

/** The most connections that a probe makes to one address; between many it is an average. */
export const mostConnections = ({ protocols, tries, mapOnly, addresses }: ProbeExtent): number => {
  const ofMap = tries * (addresses <= ALL_PAIRS_UNTIL ? addresses - 1 : 1);
  if (mapOnly) return 1 + protocols.length * LOOKS + tries + ofMap;
  const ofKinds = protocols.map((protocol) => LOOKS + KINDS[protocol] * (2 * tries + 1));
  return HELLOS + ofKinds.reduce((sum, count) => sum + count, 0) + EARLY_DATA + ofMap;
};

/** A full handshake for a ticket, and one that sends early data. */
const EARLY_DATA = 2;
