import type { StateRecord } from '../../domain/run-record.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import { resolvedTarget } from '../../report/text/target.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { WaySettings } from '../../scenario/way-schema.ts';
import type { ServerSettings } from '../../scenario/server-schema.ts';
import type { StateSettings, TargetState } from '../../scenario/state-schema.ts';
import { openTarget, type OpenTarget, type TargetSettings } from '../../target/open-target.ts';
import { openReferenceFleet } from '../../target/fleet/reference-fleet.ts';
import type { ReferenceServerSettings } from '../../target/reference/reference-server.ts';
import { throughWay, type WayKind } from '../../target/way/way.ts';
import { readIdentity, readPem } from './pem.ts';

/** A state that is ready to be dialled. */
export interface OpenState extends OpenTarget {
  readonly label: string;
  readonly kind: StateSettings['kind'];
  /** As the scenario names it. */
  readonly target: string;
  readonly identity: ClientSettings['identity'];
  /** The way to a server that the run has started; `undefined` where it is dialled as it is. */
  readonly way: (WaySettings & { readonly kind: WayKind }) | undefined;
}

/**
 * Opens every state: resolves external targets once, starts reference servers.
 *
 * @throws ResumarkError when one cannot be opened; those already open are closed.
 */
export const openStates = async (scenario: Scenario): Promise<OpenState[]> => {
  const identity = await readIdentity(scenario);
  const open: OpenState[] = [];
  try {
    for (const [index, [label, state]] of Object.entries(scenario.states).entries()) {
      const opened = await openState(state, scenario);
      open.push({ label, kind: state.kind, identity, ...(await onWay(opened, state, { index, seed: scenario.seed })) });
    }
  } catch (error) {
    await closeStates(open);
    throw error;
  }
  return open;
};

export const closeStates = async (states: readonly OpenState[]): Promise<void> => {
  await Promise.all(states.map((state) => state.close()));
};

/** Names a state in messages: `before (localhost:8441 at 127.0.0.1)`. */
export const nameOf = (state: OpenState): string => `${state.label} (${resolvedTarget(state)})`;

/** Describes a state as result files do. */
export const stateRecord = ({ cpu, fleet, ...state }: OpenState): StateRecord => {
  const { source } = cpu;
  return {
    label: state.label,
    kind: state.kind,
    target: state.target,
    address: state.address,
    port: state.port,
    serverName: state.serverName ?? null,
    verified: state.verify,
    cpuSource: source.state === 'known' ? source.text : null,
    cpuAbsence: source.state === 'unknown' ? source.reason : null,
    way: state.way,
    nodes: fleet && [...fleet.nodes],
  };
};

type OpenedState = OpenTarget & Pick<OpenState, 'target'>;

/** Puts the way of a state before its server. Ways differ in their numbers, and in what they lose. */
const onWay = async (
  opened: OpenedState,
  state: StateSettings,
  { index, seed = 0 }: { readonly index: number; readonly seed: number | undefined },
): Promise<OpenedState & Pick<OpenState, 'way'>> => {
  if (state.kind === 'target' || state.way === undefined) return { ...opened, way: undefined };
  try {
    const { wayKind: kind, ...target } = await throughWay(opened, { settings: state.way, number: index + 1, seed: seed + index });
    return { ...opened, ...target, way: { ...state.way, kind } };
  } catch (error) {
    await opened.close();
    throw error;
  }
};

const openState = async (state: StateSettings, scenario: Scenario): Promise<OpenedState> => {
  switch (state.kind) {
    case 'target':
      return { target: state.target, ...(await openTarget(await targetSettings(state, scenario))) };
    case 'server':
      return {
        target: serversText(state.server),
        ...(await openReferenceFleet(referenceServerSettings(state.server), state.server)),
      };
  }
};

const serversText = ({ nodes }: ServerSettings): string =>
  nodes === 1 ? 'reference server' : `${String(nodes)} reference servers`;

/** The scenario's settings apply where a state leaves them open. */
const targetSettings = async (state: TargetState, { tls, authorized }: Scenario): Promise<TargetSettings> => {
  const cacert = state.cacert ?? tls.cacert;
  return {
    target: state.target,
    authorized,
    serverName: state.servername ?? tls.servername,
    verify: !(state.insecure ?? tls.insecure),
    ca: cacert === undefined ? undefined : await readPem(cacert, 'cacert'),
  };
};

const referenceServerSettings = ({ certificate, resumption, delay, work }: ServerSettings): ReferenceServerSettings => ({
  keyType: certificate,
  resumption,
  delayMs: delay,
  workMs: work,
});
