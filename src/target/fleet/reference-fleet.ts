import type { FleetSettings } from '../../scenario/fleet-schema.ts';
import type { ServerSettings } from '../../scenario/server-schema.ts';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../scenario/server-knobs.ts';
import type { OpenTarget } from '../open-target.ts';
import { machineMs } from '../reference/machine-clock.ts';
import { newIdentity, openReferenceServer, type ReferenceServerSettings } from '../reference/reference-server.ts';
import { groupKeys } from './group-keys.ts';
import { openAll, openFleet } from './open-fleet.ts';
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
  const keys = await groupKeys(fleet);
  if (fleet.nodes === 1) return openReferenceServer({ ...settings, ticketKeys: keys[0]?.toString('hex') });
  const { port, ...ofNode } = settings;
  const identity = await newIdentity(settings.keyType, { ...DEFAULT_KNOBS, ...settings.knobs }, settings.isRenewed);
  // Nodes that start one after the other would rotate so, too: then some have a key that others do not know yet.
  const { rotationStartMs = machineMs() } = settings;
  const cache = fleet.sessionCache === 'shared' ? await startSharedCache(fleet.nodes) : undefined;
  const open = (node: number): Promise<NamedTarget> =>
    openReferenceServer({
      ...ofNode,
      identity,
      knobs: knobsOf(settings, node),
      ticketKeys: keys[node]?.toString('hex'),
      rotationStartMs,
      sharedCache: cache?.pipes[node],
    });
  try {
    const nodes = await openAll(fleet.nodes, open);
    const name = `${String(fleet.nodes)} ${nodes[0].name.replace('server', 'servers')}`;
    return { ...(await openFleet(nodes, { balance: fleet.balance, port, cache })), name };
  } catch (error) {
    await cache?.close();
    throw error;
  }
};

/** Those of a node, counted from 0: each rotates earlier than the one before it. */
const knobsOf = ({ knobs = {} }: ReferenceServerSettings, node: number): Partial<ServerKnobs> => {
  const { ticketRotation } = knobs;
  return ticketRotation === undefined
    ? knobs
    : { ...knobs, ticketRotation: { ...ticketRotation, phase: node * ticketRotation.phase } };
};

/** The settings of each server of a state. */
export const serverSettings = (server: ServerSettings): ReferenceServerSettings => ({
  keyType: server.certificate,
  resumption: server.resumption,
  delayMs: server.delay,
  workMs: server.work,
  knobs: server,
});
