import { randomBytes } from 'node:crypto';
import { keyGroups } from '../../scenario/fleet-groups.ts';
import type { FleetSettings } from '../../scenario/fleet-schema.ts';
import type { ServerSettings } from '../../scenario/server-schema.ts';
import { DEFAULT_KNOBS } from '../../scenario/server-knobs.ts';
import type { OpenTarget } from '../open-target.ts';
import { newIdentity, openReferenceServer, type ReferenceServerSettings } from '../reference/reference-server.ts';
import { TICKET_KEY_BYTES } from '../reference/ticket-key.ts';
import { openFleet } from './open-fleet.ts';
import { startSharedCache } from './shared-cache.ts';

/** A target with what was started for it: `4 reference servers on OpenSSL 3.5.8`. */
type NamedTarget = OpenTarget & { readonly name: string };

/**
 * Starts reference servers of one certificate behind a balancer. One alone has no balancer.
 *
 * @param settings of each server; the port is the balancer's.
 * @throws ResumarkError when one cannot be started; nothing is left then.
 */
export const openReferenceFleet = async (settings: ReferenceServerSettings, fleet: FleetSettings): Promise<NamedTarget> => {
  if (fleet.nodes === 1) return openReferenceServer(settings);
  const { port, ...ofNode } = settings;
  const identity = await newIdentity(settings.keyType, { ...DEFAULT_KNOBS, ...settings.knobs }, settings.isRenewed);
  const keys = ticketKeysOf(fleet);
  const cache = fleet.sessionCache === 'shared' ? await startSharedCache(fleet.nodes) : undefined;
  const open = (node: number): Promise<NamedTarget> =>
    openReferenceServer({ ...ofNode, identity, ticketKeys: keys[node], sharedCache: cache?.pipes[node] });
  try {
    const nodes = await openAll(fleet.nodes, open);
    const name = `${String(fleet.nodes)} ${nodes[0].name.replace('server', 'servers')}`;
    return { ...(await openFleet(nodes, { balance: fleet.balance, port, cache })), name };
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
  open: (node: number) => Promise<NamedTarget>,
): Promise<readonly [NamedTarget, ...NamedTarget[]]> => {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, node) => open(node)));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [first, ...others] = opened;
  if (opened.length === count && first !== undefined) return [first, ...others];
  await Promise.all(opened.map((target) => target.close()));
  throw results.find((result) => result.status === 'rejected')?.reason;
};

/** The settings of each server of a state. */
export const serverSettings = (server: ServerSettings): ReferenceServerSettings => ({
  keyType: server.certificate,
  resumption: server.resumption,
  delayMs: server.delay,
  workMs: server.work,
  knobs: server,
});
