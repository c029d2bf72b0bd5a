import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/domain/engine-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, perform, performOne } from '../../src/engine/perform.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import { startRudeServer } from '../servers/rude-server.ts';
import { startSServer } from '../servers/s-server.ts';
import { testSettings } from './settings.ts';

const program = findProgram('openssl', 'openssl');

/** A server that needs a client certificate says so in TLS 1.3 only after our Finished. */
describe.skipIf(program === undefined).each(ENGINE_NAMES)('engine %s with an s_server that requires a certificate', (name) => {
  let engine: Engine;
  let server: Peer;
  beforeAll(async () => {
    engine = openEngine(engineChoice(name));
    server = await startSServer(program ?? '', { args: ['-Verify', '1', '-verify_return_error'] });
  });
  afterAll(async () => {
    engine.close();
    await server.close();
  });

  it.each([
    { what: 'a ticket is awaited', change: { awaitTicket: true, closeNotify: false, sendsRequest: false } },
    { what: 'the end is awaited', change: { awaitTicket: false, closeNotify: true, sendsRequest: false } },
    { what: 'an answer is awaited', change: { awaitTicket: false, closeNotify: false } },
  ])('fails by the alert while $what', async ({ change }) => {
    const client = engine.client(testSettings({ port: server.port, ca: server.certificate, request: '\n' }));
    const result = await performOne(engine, attemptOf(client, change));
    expect(result.failure).toEqual({ kind: 'alert', detail: 'certificate_required' });
    expect(result.asksForCertificate).toBe(name !== 'node');
    expect(result.session).toBeUndefined();
    expect(await server.word?.()).toEqual({ full: 0, resumed: 0 });
  });

  it('fails each of many at once, and comes to an end', async () => {
    const client = engine.client(testSettings({ port: server.port, ca: server.certificate }));
    const results = await perform(
      engine,
      Array.from({ length: 40 }, (_, i) => attemptOf(client, { tap: i % 2 === 0 })),
      8,
    );
    expect(results.map(({ failure }) => failure?.detail)).toEqual(results.map(() => 'certificate_required'));
  });
});

describe('engine node', () => {
  it('ends a run whose local address is none, instead of waiting for ever', async () => {
    const engine = openEngine(engineChoice('node'));
    const client = engine.client(testSettings({ sources: ['999.1.1.1'] }));
    await expect(performOne(engine, attemptOf(client))).rejects.toThrow(/999\.1\.1\.1/u);
  });

  it('ends a run whose connections wait in a full listen queue', async () => {
    const server = await startRudeServer('full-queue');
    const engine = openEngine(engineChoice('node'));
    const client = engine.client(testSettings({ port: server.port, connectTimeoutMs: 200, handshakeTimeoutMs: 200 }));
    const results = await perform(
      engine,
      Array.from({ length: 8 }, () => attemptOf(client)),
      8,
    );
    expect(new Set(results.map(({ failure }) => failure?.kind))).toEqual(new Set(['connect-timeout', 'handshake-timeout']));
    await server.close();
  });
});
