import type { StateRecord } from '../../domain/state-record.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import { resolvedTarget } from '../../report/text/target.ts';
import type { CommandSettings } from '../../scenario/command-schema.ts';
import { eventsOfState } from '../../scenario/event-plan.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Resumption } from '../../scenario/server-schema.ts';
import type { StateSettings, TargetState } from '../../scenario/state-schema.ts';
import type { WaySettings } from '../../scenario/way-schema.ts';
import { openProgramFleet } from '../../target/fleet/program-fleet.ts';
import { openReferenceFleet, serverSettings } from '../../target/fleet/reference-fleet.ts';
import { openTarget, type OpenTarget, type TargetSettings } from '../../target/open-target.ts';
import type { ServerProgramSettings } from '../../target/servers/server-program.ts';
import { throughWay, type WayKind } from '../../target/way/way.ts';
import { readIdentity, readPem } from './pem.ts';
import { readTemplates } from './templates.ts';

/** A state that is ready to be dialled. */
export interface OpenState extends OpenTarget {
  readonly label: string;
  readonly kind: StateSettings['kind'];
  /** As the scenario names it. */
  readonly target: string;
  readonly identity: ClientSettings['identity'];
  /** The way to a server that the run has started; `undefined` where it is dialled as it is. */
  readonly way: (WaySettings & { readonly kind: WayKind }) | undefined;
  /** Resumption that a program which was started offers; `undefined` where the scenario knows all that is known. */
  readonly resumption: readonly Resumption[] | undefined;
  /** The reason why its server keeps no account of its handshakes; `undefined` where it does, or is none of ours. */
  readonly silence: string | undefined;
  /** True where a handshake without a request is not in that account. */
  readonly countsRequests: boolean;
}

/**
 * Opens every state: resolves external targets once, starts reference servers and server programs.
 *
 * @throws ResumarkError when one cannot be opened; those already open are closed.
 */
export const openStates = async (scenario: Scenario): Promise<OpenState[]> => {
  const identity = await readIdentity(scenario);
  const open: OpenState[] = [];
  try {
    for (const [index, [label, state]] of Object.entries(scenario.states).entries()) {
      const isRenewed = eventsOfState(scenario, label).some((event) => event.do === 'renew');
      const opened = await openState(state, { scenario, isRenewed });
      const reached = await onWay(opened, state, { index, seed: scenario.seed });
      open.push({ label, kind: state.kind, identity, ...PLAIN, ...reached });
    }
  } catch (error) {
    await closeStates(open);
    throw error;
  }
  return open;
};

/** Unless a state says otherwise. */
const PLAIN = { resumption: undefined, silence: undefined, countsRequests: false } as const;

/** The scenario with what the programs that were started turned out to offer. */
export const withOffers = (scenario: Scenario, states: readonly OpenState[]): Scenario => ({
  ...scenario,
  states: Object.fromEntries(
    Object.entries(scenario.states).map(([label, state]) => {
      const offered = states.find((open) => open.label === label)?.resumption;
      if (state.kind !== 'command' || offered === undefined) return [label, state];
      return [label, { ...state, command: { ...state.command, resumption: [...offered] } }];
    }),
  ),
});

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

type OpenedState = OpenTarget & Pick<OpenState, 'target'> & Partial<Pick<OpenState, keyof typeof PLAIN>>;

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

interface Opening {
  readonly scenario: Scenario;
  /** True where an event gives the server another certificate. */
  readonly isRenewed: boolean;
}

const openState = async (state: StateSettings, { scenario, isRenewed }: Opening): Promise<OpenedState> => {
  switch (state.kind) {
    case 'target':
      return { target: state.target, ...(await openTarget(await targetSettings(state, scenario))) };
    case 'server': {
      const { name, ...opened } = await openReferenceFleet({ ...serverSettings(state.server), isRenewed }, state.server);
      return { target: name, ...opened };
    }
    case 'command': {
      const { name, ...opened } = await openProgramFleet(
        { ...(await serverProgramSettings(state.command, scenario)), isRenewed },
        state.command,
      );
      return { target: name, ...opened };
    }
  }
};

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

const serverProgramSettings = async (
  { program, certificate, resumption, args, files = {}, reloadSignal }: CommandSettings,
  { request }: Scenario,
): Promise<Omit<ServerProgramSettings, 'isRenewed'>> => ({
  program,
  keyType: certificate,
  resumption,
  own: args === undefined ? undefined : { args, files: await readTemplates(files), reloadSignal },
  hasRequests: request?.kind === 'http',
});
