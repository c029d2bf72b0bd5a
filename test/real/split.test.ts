import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowNs } from '../../src/engine/clock.ts';
import type { ClientSettings, Engine, HandshakeSplit, Work } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, perform, performOne, type HandshakeResult } from '../../src/engine/perform.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { testSettings } from '../engine/settings.ts';
import { startNginxHttp } from '../servers/nginx-http.ts';
import { startSlowRelay } from '../servers/relays.ts';
import { findProgram } from '../servers/require-program.ts';
import type { ServerProgram } from '../servers/server-program.ts';

const MS = 1e6;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const ENGINES = ['wire', 'openssl'] as const;

/** The parts of some handshakes, one after another. */
const splitsOf = async (engine: Engine, settings: ClientSettings, count: number): Promise<HandshakeSplit[]> => {
  const client = engine.client(settings);
  const results = await perform(
    engine,
    Array.from({ length: count }, () => attemptOf(client)),
  );
  client.close();
  return results.map(splitOf);
};

const splitOf = ({ split, failure }: HandshakeResult): HandshakeSplit => {
  if (split === undefined) throw new Error(`a handshake without its parts: ${JSON.stringify(failure)}`);
  return split;
};

describe.each(ENGINES)('engine %s', (name) => {
  let engine: Engine;
  let server: ReferenceServer;
  beforeAll(async () => {
    engine = openEngine(engineChoice(name));
    server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  });
  afterAll(async () => {
    engine.close();
    await server.close();
  });
  const settingsOf = (port: number, change: Partial<ClientSettings> = {}): ClientSettings =>
    testSettings({ port, ca: server.certificate, ...change });

  it('finds the 40 ms for which a server holds a connection back in the wait, and not in the client', async () => {
    const slow = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'], delayMs: 40 });
    const splits = await splitsOf(engine, settingsOf(slow.port, { ca: slow.certificate }), 8);
    await slow.close();
    // The server counts from the connection: some ms of a busy machine pass until the ClientHello leaves.
    expect(Math.min(...splits.map(({ waitNs }) => waitNs))).toBeGreaterThan(30 * MS);
    expect(median(splits.map(({ waitNs }) => waitNs))).toBeLessThan(60 * MS);
    expect(median(splits.map(({ clientNs }) => clientNs))).toBeLessThan(10 * MS);
  });

  it.each([
    ['to the server', 15, 0],
    ['to the client', 0, 15],
  ])('finds the 15 ms that a way takes %s in the wait, once per round trip', async (_, toServerMs, toClientMs) => {
    const relay = await startSlowRelay(server.port, toServerMs, toClientMs);
    const one = await splitsOf(engine, settingsOf(relay.port), 8);
    const two = await splitsOf(engine, settingsOf(relay.port, { protocol: 'TLSv1.2' }), 8);
    await relay.close();
    expect(Math.min(...one.map(({ waitNs }) => waitNs))).toBeGreaterThan(15 * MS);
    expect(Math.min(...two.map(({ waitNs }) => waitNs))).toBeGreaterThan(30 * MS);
    expect(median(one.map(({ clientNs }) => clientNs))).toBeLessThan(10 * MS);
  });

  it('finds the 50 ms for which its own thread did something else in the queue, and not in the latency', async () => {
    const client = engine.client(settingsOf(server.port));
    const found: { readonly queueNs: number; readonly latencyNs: number }[] = [];
    for (let time = 0; time < 5; time++) {
      const attempt = attemptOf(client);
      let isStarted = false;
      const work: Work = {
        next: () => {
          if (!isStarted) {
            isStarted = true;
            return attempt;
          }
          // The ClientHello has left: the answer comes meanwhile.
          if (found.length === time) for (const untilNs = nowNs() + 50 * MS; nowNs() < untilNs;);
          return undefined;
        },
        dueNs: () => Number.POSITIVE_INFINITY,
        isCancelled: () => false,
        settled: (_, { split, handshakeNs, session }) => {
          session?.free();
          found.push({ queueNs: split?.queueNs ?? 0, latencyNs: handshakeNs });
        },
      };
      await engine.run(work);
    }
    client.close();
    expect(median(found.map(({ queueNs }) => queueNs))).toBeGreaterThan(35 * MS);
    expect(median(found.map(({ latencyNs }) => latencyNs))).toBeLessThan(25 * MS);
  });
});

const nginxProgram = findProgram('nginx', 'nginx-light');

describe.skipIf(nginxProgram === undefined)('nginx (Debian: nginx-light) looks the same through every engine', () => {
  let nginx: ServerProgram;
  beforeAll(async () => {
    nginx = await startNginxHttp(nginxProgram ?? '');
  });
  afterAll(async () => {
    await nginx.close();
  });

  it.each([
    // Between the two flights of this one, too, the slower client leaves the server idle: for 0.5 ms more.
    { protocol: 'TLSv1.2', mode: 'full', pauseNs: 25_000 },
    { protocol: 'TLSv1.2', mode: 'session-id', pauseNs: 0 },
    { protocol: 'TLSv1.2', mode: 'ticket', pauseNs: 0 },
    { protocol: 'TLSv1.3', mode: 'full', pauseNs: 0 },
    { protocol: 'TLSv1.3', mode: 'ticket', pauseNs: 0 },
  ] as const)('in its wait, one at a time: $protocol $mode', async ({ protocol, mode, pauseNs }) => {
    const ciphers = protocol === 'TLSv1.2' ? 'ECDHE-ECDSA-AES128-GCM-SHA256' : 'TLS_AES_128_GCM_SHA256';
    const settings = testSettings({ protocol, mode, port: nginx.port, verify: false, ciphers, groups: 'P-256' });
    const sides = await Promise.all(
      ENGINES.map(async (name) => {
        const engine = openEngine(engineChoice(name));
        const client = engine.client(settings);
        const { session } = await performOne(engine, attemptOf(client));
        return { engine, client, session, waits: [] as number[] };
      }),
    );
    // In turns of one: a server that idled for 1 ms more answers 50 us later, and the slower client leaves it idle for longer.
    for (let turn = 0; turn < 480; turn++) {
      for (const { engine, client, session, waits } of turn % 2 === 0 ? sides : sides.toReversed()) {
        const offered = mode === 'full' ? undefined : session;
        // It is over at the server, too, before the next begins: a fast client would wait for what is left of the last one.
        const result = await performOne(engine, attemptOf(client, { session: offered, tap: false }));
        result.session?.free();
        expect(result.evidence.resumed).toBe(mode !== 'full');
        waits.push(splitOf(result).waitNs);
      }
    }
    for (const { engine, client, session } of sides) {
      session?.free();
      client.close();
      engine.close();
    }
    const [wire = Number.NaN, openssl = Number.NaN] = sides.map(({ waits }) => median(waits));
    // Of the shortest handshakes 5% is less than what a longer ClientHello and a colder cache cost the server.
    const limit = Math.max(0.05 * openssl, 15_000) + pauseNs;
    expect(Math.abs(wire - openssl)).toBeLessThan(limit);
  });
});
