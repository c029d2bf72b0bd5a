import { randomInt } from 'node:crypto';
import { judgeExpectations } from '../../analysis/probe/expectations.ts';
import { findingsOf } from '../../analysis/probe/findings.ts';
import { parseExpectations } from '../../analysis/probe/parse-expectations.ts';
import { ResumarkError } from '../../domain/error.ts';
import { PROBE_FORMAT, type ProbeRecord } from '../../domain/probe-record.ts';
import type { Engine } from '../../engine/engine.ts';
import { engineChoice, openEngine } from '../../engine/open.ts';
import { mostConnections, type ProbeExtent } from '../../probe/budget.ts';
import type { CommonSettings } from '../../probe/clients.ts';
import { probeFleet, type DialledAddress, type ProbeProgress } from '../../probe/fleet.ts';
import { relayedEngine } from '../../probe/starttls/relayed-engine.ts';
import { Relays } from '../../probe/starttls/relays.ts';
import type { ProbeEvent } from '../../domain/probe-event.ts';
import type { ProbeSettings } from '../../scenario/probe-schema.ts';
import { requestText } from '../../scenario/request.ts';
import { serverNameOf } from '../../target/endpoints.ts';
import { readIdentity, readPem } from '../prepare/pem.ts';
import { resolveProbed, type ProbedTarget } from '../prepare/probed-targets.ts';
import { version } from '../version.ts';

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProbeProgress) => void) | undefined;
  /** Called before anything is dialled. */
  readonly onStart?: ((plan: ProbePlan) => void) | undefined;
  /** Called with what happens while the addresses are watched; `dialled` is where. */
  readonly onEvent?: ((event: ProbeEvent, dialled: DialledAddress) => void) | undefined;
}

/** How much a probe is about to do. */
export interface ProbePlan {
  readonly addresses: number;
  /** The most to one address. */
  readonly connections: number;
  readonly perSecond: number;
}

/**
 * Probes servers without load: every address of every target.
 *
 * @param targets each `host:port`, a host or a URL.
 * @throws ResumarkError USAGE or ENGINE for what is wrong with the settings, TARGET for a name that is not known; nothing was dialled then.
 */
export const probe = async (
  targets: readonly string[],
  settings: ProbeSettings,
  { signal, onProgress = () => undefined, onStart, onEvent }: ProbeOptions = {},
): Promise<ProbeRecord> => {
  const expected = settings.expect === undefined ? [] : parseExpectations(settings.expect);
  const common = await commonSettings(settings);
  const probed = await resolveProbed(targets, settings);
  const addresses = probed.flatMap((each, target) => dialledAt(each, settings).map((dialled) => ({ ...dialled, target })));
  refuseLoneBalanced(settings, addresses.length);
  const balancers = settings.balanced === undefined ? [] : await resolveProbed([settings.balanced], settings);
  const [balanced] = balancers.flatMap((each) => dialledAt(each, settings).map((dialled) => ({ ...dialled, target: each.name })));
  const connections = mostConnections(extentOf(addresses, settings));
  onStart?.({ addresses: addresses.length, connections, perSecond: settings.rate });
  const startedUnixMs = Date.now();
  const { engine, close } = await openProbing([...addresses, ...(balanced === undefined ? [] : [balanced])], settings);
  try {
    const found = await probeFleet(engine, {
      addresses,
      ...settings,
      explains: settings.explain,
      starttls: settings.starttls,
      crossNames: settings.crossSni?.map(serverNameOf) ?? [],
      triesWeakKeys: settings.weakKeys,
      verifies: !settings.tls.insecure,
      common,
      pace: { concurrency: settings.concurrency, perSecond: settings.rate },
      balanced,
      seed: settings.seed ?? randomInt(2 ** 32),
      watch: settings.watch === undefined ? undefined : { forMs: settings.watch, everyMs: settings.watchEvery },
      signal,
      onProgress,
      onEvent: (event) => {
        const dialled = addresses[event.address];
        if (dialled !== undefined) onEvent?.(event, dialled);
      },
    });
    const record = {
      format: PROBE_FORMAT,
      version,
      engine: engine.library,
      startedUnixMs,
      durationMs: Date.now() - startedUnixMs,
      interrupted: signal?.aborted === true,
      tries: settings.tries,
      starttls: settings.starttls ?? null,
      targets: probed.map(({ name, serverName }) => ({ name, serverName: serverName ?? null })),
      ...found,
    } as const;
    return { ...record, findings: findingsOf(record), expectations: judgeExpectations(expected, record) };
  } finally {
    await close();
  }
};

const refuseLoneBalanced = ({ balanced }: ProbeSettings, addresses: number): void => {
  if (balanced === undefined || addresses > 1) return;
  throw new ResumarkError(
    'USAGE',
    `--balanced ${balanced} checks what is predicted of several addresses, but only one is probed.`,
    'Name each server behind it as a target.',
  );
};

const extentOf = (addresses: readonly DialledAddress[], settings: ProbeSettings): ProbeExtent => ({
  ...settings,
  addresses: addresses.length,
  names: settings.crossSni?.length ?? 0,
  ports: new Set(addresses.map(({ port }) => port)).size,
});

interface Probing {
  readonly engine: Engine;
  readonly close: () => Promise<void>;
}

/** Opens the only engine that shows what a server sends encrypted; where TLS must be asked for, it dials by way of relays. */
const openProbing = async (
  servers: readonly DialledAddress[],
  { starttls, timeout, libssl }: ProbeSettings,
): Promise<Probing> => {
  const direct = openEngine(engineChoice('openssl', { libssl }));
  const relayed = servers.map(({ address, port }) => ({ address, port }));
  const relays = starttls === undefined ? undefined : await Relays.open({ servers: relayed, starttls, timeoutMs: timeout });
  return {
    engine: relays === undefined ? direct : relayedEngine(direct, relays),
    close: async () => {
      direct.close();
      await relays?.close();
    },
  };
};

const dialledAt = ({ serverName, endpoints }: ProbedTarget, { request, starttls }: ProbeSettings): DialledAddress[] =>
  endpoints.map(({ address, port }) => ({
    address,
    port,
    serverName,
    // A request of HTTP is noise to any other protocol, and some servers ban a client for it.
    request: starttls === undefined ? requestText(request, serverName ?? address) : undefined,
  }));

/** Settings of all clients alike, but for what distinguishes one address from another. */
const commonSettings = async ({ tls, timeout, ticketTimeout }: ProbeSettings): Promise<CommonSettings> => ({
  ca: tls.cacert === undefined ? undefined : await readPem(tls.cacert, 'cacert'),
  identity: await readIdentity({ tls }),
  alpn: tls.alpn ?? [],
  ciphers: tls.ciphers,
  groups: tls.groups,
  keyShare: 'fresh',
  checksSignature: true,
  close: 'notify',
  sources: [],
  keyLog: tls.keylog,
  connectTimeoutMs: timeout,
  handshakeTimeoutMs: timeout,
  ticketTimeoutMs: ticketTimeout,
  firstByteTimeoutMs: timeout,
});
