import type { FleetMeters } from '../cpu/joined-meter.ts';
import { meterOfPort, type CpuMeter } from '../cpu/meter.ts';
import { requireAuthorization } from './authorization.ts';
import { parseTarget, resolveAll, serverNameOf, type Endpoint, type Lookup } from './endpoints.ts';
import { firstReachable } from './reachable.ts';
import type { ServerControls } from './server-controls.ts';
import type { ServerCounts } from './server-counts.ts';

/** An endpoint that is ready to be dialled, and the server that is expected there. */
export interface OpenTarget extends Endpoint {
  /** SNI, and the name that the certificate is verified against. */
  readonly serverName: string | undefined;
  readonly verify: boolean;
  /** PEM of the authorities to trust; `undefined` takes those of Node. */
  readonly ca: string | undefined;
  readonly cpu: CpuMeter;
  /** The parts of a fleet; `undefined` where there is one server. */
  readonly fleet: OpenFleet | undefined;
  /** Counts the handshakes that the servers themselves have seen; `undefined` where they keep no account. */
  readonly counts: (() => Promise<ServerCounts>) | undefined;
  /** Of each server that the run has started, in the order of the nodes; empty for one that ran already. */
  readonly controls: readonly ServerControls[];
  readonly close: () => Promise<void>;
}

/** Servers behind a balancer. */
export interface OpenFleet {
  /** Where each can be reached by itself. */
  readonly nodes: readonly Endpoint[];
  readonly cpu: FleetMeters;
}

export interface TargetSettings extends Pick<OpenTarget, 'serverName' | 'verify' | 'ca'> {
  /** As the user wrote it: `host:port`. */
  readonly target: string;
  /** The user may load it although its address is public. */
  readonly authorized: boolean;
}

/**
 * Resolves a server that runs already, to the first of its addresses that accepts a connection. Unless it is given a name, a host name is its own.
 *
 * @throws ResumarkError TARGET when the name is not known or none of its addresses answers, USAGE when the address is public and not authorized.
 */
export const openTarget = async (
  { target, authorized, serverName, verify, ca }: TargetSettings,
  lookUp?: Lookup,
): Promise<OpenTarget> => {
  const name = parseTarget(target);
  const endpoints = await resolveAll(name, lookUp);
  for (const endpoint of endpoints) requireAuthorization(endpoint.address, target, { authorized, to: 'load' });
  const { address, port } = await firstReachable(endpoints, target);
  const ownName = name.host === address ? undefined : name.host;
  const wantedName = serverName ?? ownName;
  return {
    address,
    port,
    serverName: wantedName === undefined ? undefined : serverNameOf(wantedName),
    verify,
    ca,
    cpu: meterOfPort(address, port),
    fleet: undefined,
    counts: undefined,
    controls: [],
    close: () => Promise.resolve(),
  };
};
