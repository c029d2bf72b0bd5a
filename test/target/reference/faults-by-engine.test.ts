import { afterEach, describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../../src/domain/engine-name.ts';
import { failureKey } from '../../../src/domain/failure.ts';
import type { Protocol } from '../../../src/domain/protocol.ts';
import type { ClientSettings, Engine } from '../../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../../src/engine/open.ts';
import { attemptOf, performOne } from '../../../src/engine/perform.ts';
import type { Faults } from '../../../src/scenario/fault-fields.ts';
import { DEFAULT_KNOBS } from '../../../src/scenario/server-knobs.ts';
import { startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';
import { testSettings } from '../../engine/settings.ts';

const servers: ReferenceServer[] = [];
const engines: Engine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) engine.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (faults: Partial<Faults>): Promise<ReferenceServer> => {
  const server = await startReferenceServer({
    keyType: 'ecdsa-p256',
    resumption: ['cache', 'tickets'],
    knobs: { faults: { ...DEFAULT_KNOBS.faults, ...faults } },
  });
  servers.push(server);
  return server;
};

/** Beyond every time limit of a client here. */
const FOR_EVER_MS = 60_000;

/** Faults, and the names of what becomes of a handshake on TLS 1.2 and 1.3. */
const CASES: readonly (readonly [Partial<Faults>, Readonly<Record<Protocol, string>>])[] = [
  [{ stall: { at: 'flight', time: FOR_EVER_MS, share: 1 } }, { 'TLSv1.2': 'handshake-timeout', 'TLSv1.3': 'handshake-timeout' }],
  [{ reset: { at: 'server-hello', share: 1 } }, { 'TLSv1.2': 'reset', 'TLSv1.3': 'reset' }],
  [{ reset: { at: 'flight', share: 1 } }, { 'TLSv1.2': 'reset', 'TLSv1.3': 'reset' }],
  [{ reset: { at: 'finished', share: 1 } }, { 'TLSv1.2': 'reset', 'TLSv1.3': 'unconfirmed:reset' }],
  [{ halfClose: { at: 'server-hello', share: 1 } }, { 'TLSv1.2': 'closed', 'TLSv1.3': 'closed' }],
  [{ halfClose: { at: 'flight', share: 1 } }, { 'TLSv1.2': 'closed', 'TLSv1.3': 'closed' }],
  [{ halfClose: { at: 'finished', share: 1 } }, { 'TLSv1.2': 'closed', 'TLSv1.3': 'unconfirmed:closed' }],
  [
    { alert: { at: 'server-hello', description: 'access_denied', share: 1 } },
    { 'TLSv1.2': 'alert:access_denied', 'TLSv1.3': 'alert:access_denied' },
  ],
  [
    { alert: { at: 'finished', description: 'internal_error', share: 1 } },
    { 'TLSv1.2': 'alert:internal_error', 'TLSv1.3': 'alert:internal_error' },
  ],
];

/** Where libuv has the end of what came and a reset at once, it names the end. */
const isLostByNode = (name: string, faults: Partial<Faults>): boolean => name === 'node' && faults.reset?.at === 'flight';

describe.each(ENGINE_NAMES)('faults of the reference server, seen by engine %s', (name) => {
  const attempt = (server: ReferenceServer, protocol: Protocol, change: Partial<ClientSettings> = {}) => {
    const engine = openEngine(engineChoice(name));
    engines.push(engine);
    const { port, certificate: ca } = server;
    const settings = testSettings({ port, ca, protocol, ...change });
    return performOne(engine, attemptOf(engine.client(settings)));
  };

  it.each(CASES)('%j fails as %j', async (faults, expected) => {
    const server = await start(faults);
    for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { failure } = await attempt(server, protocol, faults.stall && { handshakeTimeoutMs: 500 });
      const key = failure === undefined ? 'none' : failureKey(failure);
      expect(isLostByNode(name, faults) && key === 'closed' ? 'reset' : key).toBe(expected[protocol]);
    }
    expect(await server.counts()).toEqual({ handshakes: 0, resumed: 0 });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'waits for a flight that stalls and a server that reads slowly, on %s',
    async (protocol) => {
      const time = 150;
      for (const faults of [
        { stall: { at: 'flight', time, share: 1 } },
        // Every hello is longer than a bite, so there is a pause before its rest.
        { slowReader: { bite: 100, pause: time, share: 1 } },
      ] as const) {
        const { failure, handshakeNs } = await attempt(await start(faults), protocol, { handshakeTimeoutMs: 20_000 });
        expect(failure).toBeUndefined();
        expect(handshakeNs / 1e6).toBeGreaterThanOrEqual(time - 1);
      }
    },
  );

  it('gets TLS 1.3 tickets that come with an answer only where it sends a request', async () => {
    const server = await start({ ticketsAfterData: true });
    expect((await attempt(server, 'TLSv1.3')).session).toBeUndefined();
    expect((await attempt(server, 'TLSv1.3', { request: 'GET / HTTP/1.1\r\n\r\n' })).session?.mechanism).toBe('psk');
  });
});
