import { nodeOfSource } from '../domain/node-of-source.ts';
import type { FleetSettings } from './fleet-schema.ts';

/** A label for each node of a fleet: those of one label accept each other's sessions. */
export type NodeGroups = readonly string[];

/** Groups nodes by their ticket keys. */
export const keyGroups = ({ nodes, ticketKeys }: Pick<FleetSettings, 'nodes' | 'ticketKeys'>): NodeGroups =>
  typeof ticketKeys === 'string' ? groupsOf(nodes, ticketKeys === 'own' ? 'own' : 'shared') : ticketKeys;

/** Groups nodes by their session cache. */
export const cacheGroups = ({ nodes, sessionCache }: Pick<FleetSettings, 'nodes' | 'sessionCache'>): NodeGroups =>
  groupsOf(nodes, sessionCache);

const groupsOf = (nodes: number, sharing: 'own' | 'shared'): NodeGroups =>
  Array.from({ length: nodes }, (_, node) => (sharing === 'shared' ? sharing : String(node)));

/**
 * The share of sessions that a fleet resumes when they are offered without regard to where they were made: the chance that two
 * connections reach nodes of one group. A balancer that counts connections gives each node about as many as any other.
 *
 * @param sources addresses that are connected from, in turns; empty for that of the machine.
 */
export const acceptedShare = (
  groups: NodeGroups,
  { balance, sources }: Pick<FleetSettings, 'balance'> & { readonly sources: readonly string[] },
): number => {
  const reached = balance === 'source' ? sourceNodes(sources, groups.length) : [...groups.keys()];
  const counts = new Map<string | undefined, number>();
  for (const node of reached) counts.set(groups[node], (counts.get(groups[node]) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count / reached.length) ** 2, 0);
};

const sourceNodes = (sources: readonly string[], nodes: number): number[] =>
  (sources.length === 0 ? [LOOPBACK] : sources).map((address) => nodeOfSource(address, nodes));

/** Where connections to a server of this machine come from unless the scenario says otherwise. */
const LOOPBACK = '127.0.0.1';
