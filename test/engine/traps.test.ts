import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, type EngineName } from '../../src/domain/engine-name.ts';
import type { ClientSettings, Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, performOne } from '../../src/engine/perform.ts';
import { makeCertificate } from '../../src/target/certificate.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import type { Peer } from '../servers/peer.ts';
import { findProgram } from '../servers/require-program.ts';
import { startSServer } from '../servers/s-server.ts';
import { handshake } from './handshake.ts';
import { testSettings } from './settings.ts';

/** What goes wrong without a word when a TLS library is driven by hand, each shown against a real server. */
const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const opensslProgram = findProgram('openssl', 'openssl');

describe.each(ENGINE_NAMES)('engine %s', (name) => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine(engineChoice(name));
  });
  afterAll(() => {
    engine.close();
  });
  const clientOf = (server: Pick<Peer, 'port' | 'certificate'>, change: Partial<ClientSettings>) =>
    engine.client(testSettings({ port: server.port, ca: server.certificate, ...change }));

  describe.skipIf(nginxProgram === undefined)('with nginx (Debian: nginx-light, libnginx-mod-stream)', () => {
    let nginx: Nginx;
    beforeAll(async () => {
      nginx = await startNginx(nginxProgram ?? '', { cache: 'shared', tickets: true });
    });
    afterAll(() => nginx.close());

    it.each([
      { protocol: 'TLSv1.2', mode: 'session-id' },
      { protocol: 'TLSv1.2', mode: 'ticket' },
      { protocol: 'TLSv1.3', mode: 'ticket' },
    ] as const)('a session of $protocol $mode outlives a connection that was reset and not ended in order', async (how) => {
      const client = clientOf(nginx, { ...how, close: 'reset' });
      const { session } = await handshake(engine, client, { closeNotify: false });
      const { evidence } = await handshake(engine, client, { session, closeNotify: false });
      expect(evidence).toMatchObject({ resumed: true, hello: { resumed: true } });
      session?.free();
    });

    it('an error leaves nothing behind that a later handshake of the thread would take for its own', async () => {
      const good = clientOf(nginx, { protocol: 'TLSv1.2' });
      const bad = clientOf(nginx, { protocol: 'TLSv1.2', ca: (await makeCertificate('ecdsa-p256')).certificate });
      for (let i = 0; i < 5; i++) {
        const failed = await performOne(engine, attemptOf(bad));
        expect(failed.failure?.kind).toBe('certificate');
        const { evidence } = await handshake(engine, good);
        expect(evidence.resumed).toBe(false);
      }
    });
  });

  describe.skipIf(nginxProgram === undefined)('with an nginx whose ticket keys are rotated', () => {
    let folder: string;
    const servers: Nginx[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'resumark-keys-'));
      const [first, second] = [join(folder, 'first.key'), join(folder, 'second.key')];
      await Promise.all([first, second].map((path) => writeFile(path, randomBytes(80))));
      const certificate = await makeCertificate('ecdsa-p256');
      // Before the rotation, in the midst of it, and when the old key is dropped.
      for (const ticketKeys of [[first], [second, first], [second]]) {
        servers.push(await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true, ticketKeys, certificate }));
      }
    });
    afterAll(async () => {
      await Promise.all(servers.map((server) => server.close()));
      await rm(folder, { recursive: true });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('takes the %s ticket that replaces the one it has offered', async (protocol) => {
      const [before, amid, after] = servers.map((server) => clientOf(server, { protocol, mode: 'ticket' }));
      if (before === undefined || amid === undefined || after === undefined) throw new Error('three servers were started');
      const { session: old } = await handshake(engine, before);
      const renewal = await handshake(engine, amid, { session: old });
      expect(renewal.evidence).toMatchObject({ resumed: true, hello: { resumed: true } });
      expect(renewal.ticketsReceived).toBe(1);
      const refused = await handshake(engine, after, { session: old });
      expect(refused.evidence).toMatchObject({ resumed: false, hello: { resumed: false } });
      const resumed = await handshake(engine, after, { session: renewal.session });
      expect(resumed.evidence).toMatchObject({ resumed: true, hello: { resumed: true } });
    });
  });

  describe.skipIf(opensslProgram === undefined)('with openssl s_server (Debian: openssl)', () => {
    it.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'makes a full %s handshake with a server that takes a suite of another hash than the session has',
      async (protocol) => {
        const suites = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384'].map((suite) => `ECDHE-ECDSA-${suite}`);
        const suites13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
        const [first, second] = await Promise.all(
          [0, 1].map((i) =>
            startSServer(opensslProgram ?? '', { args: ['-cipher', suites[i] ?? '', '-ciphersuites', suites13[i] ?? ''] }),
          ),
        );
        if (first === undefined || second === undefined) throw new Error('no servers');
        const how = { protocol, mode: 'ticket', close: 'notify' } as const;
        const { session, negotiated } = await handshake(engine, clientOf(first, how));
        expect(negotiated?.cipher).toMatch(/SHA256$/u);
        const again = await handshake(engine, clientOf(second, how), { session });
        expect(again.negotiated?.cipher).toMatch(/SHA384$/u);
        expect(again.evidence).toMatchObject({ resumed: false, hello: { resumed: false } });
        expect(await second.word?.()).toEqual({ full: 1, resumed: 0 });
        await Promise.all([first.close(), second.close()]);
      },
    );

    it('waits for a TLS 1.3 ticket only so long, and not on the time of the handshake', async () => {
      const server = await startSServer(opensslProgram ?? '', { args: ['-num_tickets', '0'] });
      const client = clientOf(server, { mode: 'ticket', ticketTimeoutMs: 200, close: 'notify' });
      const performed = await handshake(engine, client);
      expect(performed).toMatchObject({ session: undefined, ticketsReceived: 0, ticketNs: 0 });
      const waitedNs = performed.endNs - performed.startNs - performed.connectNs - performed.handshakeNs;
      expect(waitedNs).toBeGreaterThan(200e6);
      expect(performed.handshakeNs).toBeLessThan(200e6);
      await server.close();
    });
  });
});

/** The fast engine knows no handshake without extended master secret at all: what it says to it is its own matter. */
const WITH_EMS_BY_CHOICE: readonly EngineName[] = ['openssl', 'node'];

describe.skipIf(nginxProgram === undefined).each(WITH_EMS_BY_CHOICE)('engine %s (Debian: nginx-light)', (name) => {
  it('is sent an alert, and does not fall back, when a server has turned extended master secret off since (RFC 7627)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'resumark-keys-'));
    const key = join(folder, 'ticket.key');
    await writeFile(key, randomBytes(80));
    const certificate = await makeCertificate('ecdsa-p256');
    const options = { cache: 'off', tickets: true, ticketKeys: [key], certificate } as const;
    const on = await startNginx(nginxProgram ?? '', options);
    const off = await startNginx(nginxProgram ?? '', {
      ...options,
      directives: ['ssl_conf_command Options -ExtendedMasterSecret;'],
    });
    const engine = openEngine(engineChoice(name));
    const change = { protocol: 'TLSv1.2', mode: 'ticket', ca: on.certificate } as const;
    const { session } = await handshake(engine, engine.client(testSettings({ ...change, port: on.port })));
    const stranger = engine.client(testSettings({ ...change, port: off.port }));
    const performed = await performOne(engine, attemptOf(stranger, { session }));
    expect(performed.failure).toEqual({ kind: 'alert', detail: 'handshake_failure' });
    engine.close();
    await Promise.all([on.close(), off.close()]);
    await rm(folder, { recursive: true });
  });
});
