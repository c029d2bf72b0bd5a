import { readFile } from 'node:fs/promises';
import { meterOfPid, meterOfPort, type CpuMeter } from '../../cpu/meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { StateRecord } from '../../domain/run-record.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { Scenario, ServerSettings, StateSettings } from '../../scenario/schema.ts';
import { parseTarget, requireAuthorization, resolveTarget } from '../../target/external.ts';
import { startReferenceServer } from '../../target/reference-server.ts';

/** A state that is ready to be dialled. */
export interface OpenState {
  readonly label: string;
  /** As the scenario names it. */
  readonly target: string;
  readonly address: string;
  readonly port: number;
  readonly serverName: string | undefined;
  readonly verify: boolean;
  readonly ca: string | undefined;
  readonly identity: ClientSettings['identity'];
  /** `undefined` where the server's processes are not to be found on this machine. */
  readonly cpu: CpuMeter | undefined;
  close(): Promise<void>;
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
    for (const [label, state] of Object.entries(scenario.states))
      open.push(await openState(scenario, { label, state, identity }));
  } catch (error) {
    await closeStates(open);
    throw error;
  }
  return open;
};

export const closeStates = async (states: readonly OpenState[]): Promise<void> => {
  await Promise.all(states.map((state) => state.close()));
};

/** What a result file says of a state. */
export const stateRecord = (state: OpenState): StateRecord => ({
  label: state.label,
  target: state.target,
  address: state.address,
  port: state.port,
  serverName: state.serverName ?? null,
  verified: state.verify,
  cpuSource: state.cpu?.source ?? null,
});

interface StateToOpen {
  readonly label: string;
  readonly state: StateSettings;
  readonly identity: ClientSettings['identity'];
}

const openState = (scenario: Scenario, toOpen: StateToOpen): Promise<OpenState> =>
  toOpen.state.server === undefined ? openTarget(scenario, toOpen) : openServer(toOpen, toOpen.state.server);

const openTarget = async (scenario: Scenario, { label, state, identity }: StateToOpen): Promise<OpenState> => {
  const target = state.target ?? '';
  const { host, port } = parseTarget(target);
  const address = await resolveTarget(host);
  requireAuthorization(address, target, scenario.authorized);
  const cacert = state.cacert ?? scenario.tls.cacert;
  return {
    label,
    target,
    address,
    port,
    serverName: state.servername ?? scenario.tls.servername ?? (host === address ? undefined : host),
    verify: !(state.insecure ?? scenario.tls.insecure),
    ca: cacert === undefined ? undefined : await readPem(cacert, 'cacert'),
    identity,
    cpu: meterOfPort(address, port),
    close: () => Promise.resolve(),
  };
};

const openServer = async ({ label, identity }: StateToOpen, settings: ServerSettings): Promise<OpenState> => {
  const server = await startReferenceServer({
    keyType: settings.certificate,
    resumption: settings.resumption,
    delayMs: settings.delay,
    workMs: settings.work,
  });
  return {
    label,
    target: 'reference server',
    address: server.address,
    port: server.port,
    serverName: 'localhost',
    verify: true,
    ca: server.certificate,
    identity,
    cpu: meterOfPid(server.pid),
    close: () => server.close(),
  };
};

const readIdentity = async ({ tls }: Scenario): Promise<ClientSettings['identity']> => {
  if (tls.cert === undefined && tls.key === undefined) return undefined;
  if (tls.cert === undefined || tls.key === undefined) {
    const missing = tls.cert === undefined ? 'cert' : 'key';
    throw new ResumarkError(
      'USAGE',
      `tls.${missing} is missing: a client certificate needs both cert and key.`,
      `Add --${missing} FILE.`,
    );
  }
  return { cert: await readPem(tls.cert, 'cert'), key: await readPem(tls.key, 'key') };
};

const readPem = async (path: string, setting: string): Promise<string> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ResumarkError(
      'USAGE',
      `--${setting} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
    );
  }
  if (!text.includes('-----BEGIN ')) {
    throw new ResumarkError(
      'USAGE',
      `--${setting} ${path} is no PEM file.`,
      'Convert DER with: openssl x509 -inform der -in FILE.',
    );
  }
  return text;
};
