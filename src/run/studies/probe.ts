import { randomInt } from 'node:crypto';
import { findingsOf } from '../../analysis/probe/findings.ts';
import { PROBE_FORMAT, type ProbeRecord } from '../../domain/probe-record.ts';
import { engineChoice, openEngine } from '../../engine/open.ts';
import type { CommonSettings } from '../../probe/clients.ts';
import { probeFleet, type DialledAddress, type ProbeProgress } from '../../probe/fleet.ts';
import { relayedEngine } from '../../probe/starttls/relayed-engine.ts';
import { Relays } from '../../probe/starttls/relays.ts';
import type { ProbeSettings } from '../../scenario/probe-schema.ts';
import { requestText } from '../../scenario/request.ts';
import { serverNameOf } from '../../target/endpoints.ts';
import { readIdentity, readPem } from '../prepare/pem.ts';
import { resolveProbed, type ProbedTarget } from '../prepare/probed-targets.ts';
import { version } from '../version.ts';

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProbeProgress) => void) | undefined;
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
  { signal, onProgress = () => undefined }: ProbeOptions = {},
): Promise<ProbeRecord> => {
  const common = await commonSettings(settings);
  const probed = await resolveProbed(targets, settings);
  const addresses = probed.flatMap((each, target) => dialledAt(each, settings).map((dialled) => ({ ...dialled, target })));
  const balancers = settings.balanced === undefined ? [] : await resolveProbed([settings.balanced], settings);
  const [balanced] = balancers.flatMap((each) => dialledAt(each, settings).map((dialled) => ({ ...dialled, target: each.name })));
  const startedUnixMs = Date.now();
  // The only engine that shows what a server sends encrypted.
  const direct = openEngine(engineChoice('openssl', { libssl: settings.libssl }));
  const relays = await openRelays([...addresses, ...(balanced === undefined ? [] : [balanced])], settings);
  const engine = relays === undefined ? direct : relayedEngine(direct, relays);
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
      signal,
      onProgress,
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
    return { ...record, findings: findingsOf(record) };
  } finally {
    engine.close();
    await relays?.close();
  }
};

const openRelays = async (
  servers: readonly DialledAddress[],
  { starttls, timeout }: ProbeSettings,
): Promise<Relays | undefined> =>
  starttls === undefined
    ? undefined
    : Relays.open({ servers: servers.map(({ address, port }) => ({ address, port })), starttls, timeoutMs: timeout });

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
