import { randomBytes } from 'node:crypto';
import { keyGroups } from '../../scenario/fleet-groups.ts';
import type { FleetSettings } from '../../scenario/fleet-schema.ts';
import type { OpenTarget } from '../open-target.ts';
import { newCertificate, openReferenceServer, type ReferenceServerSettings } from '../reference/reference-server.ts';
import { openFleet } from './open-fleet.ts';
import { startSharedCache } from './shared-cache.ts';

/** Name, HMAC key and AES key, as node:tls takes them. */
const TICKET_KEY_BYTES = 48;

/**
 * Starts reference servers of one certificate behind a balancer. One alone has no balancer.
 *
 * @param settings of each server; the port is the balancer's.
 * @throws ResumarkError when one cannot be started; nothing is left then.
 */
export const openReferenceFleet = async (settings: ReferenceServerSettings, fleet: FleetSettings): Promise<OpenTarget> => {
  if (fleet.nodes === 1) return openReferenceServer(settings);
  const { port, ...ofNode } = settings;
  const certificate = await newCertificate(settings.keyType);
  const keys = ticketKeysOf(fleet);
  const cache = fleet.sessionCache === 'shared' ? await startSharedCache(fleet.nodes) : undefined;
  const open = (node: number): Promise<OpenTarget> =>
    openReferenceServer({ ...ofNode, certificate, ticketKeys: keys[node], sharedCache: cache?.pipes[node] });
  try {
    const nodes = await openAll(fleet.nodes, open);
    return await openFleet(nodes, { balance: fleet.balance, port, cache });
  } catch (error) {
    await cache?.close();
    throw error;
  }
};

/** The ticket keys of each node, in hex: nodes of one label have the same, drawn here and kept nowhere else. */
const ticketKeysOf = (fleet: FleetSettings): readonly string[] => {
  const keys = new Map<string, string>();
  return keyGroups(fleet).map((label) => {
    const key = keys.get(label) ?? randomBytes(TICKET_KEY_BYTES).toString('hex');
    keys.set(label, key);
    return key;
  });
};

/** Opens a number of servers. @throws the first error, when those that are open have been closed. */
const openAll = async (
  count: number,
  open: (node: number) => Promise<OpenTarget>,
): Promise<readonly [OpenTarget, ...OpenTarget[]]> => {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, node) => open(node)));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [first, ...others] = opened;
  if (opened.length === count && first !== undefined) return [first, ...others];
  await Promise.all(opened.map((target) => target.close()));
  throw results.find((result) => result.status === 'rejected')?.reason;
};
