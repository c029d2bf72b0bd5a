import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/domain/engine-name.ts';
import type { ClientSettings, Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, perform, performOne } from '../../src/engine/perform.ts';
import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { openWireEngine } from '../../src/engine/wire/engine.ts';
import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import { makeCertificate } from '../../src/target/certificate.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { handshake } from './handshake.ts';
import { testSettings } from './settings.ts';

const nginxProgram = findProgram('nginx', 'nginx-light libnginx-mod-stream');

/** What a client can be told to do, each as nginx has seen and logged it. */
describe.skipIf(nginxProgram === undefined).each(ENGINE_NAMES)('engine %s with nginx (Debian: nginx-light)', (name) => {
  let engine: Engine;
  let nginx: Nginx;
  beforeAll(async () => {
    engine = openEngine(engineChoice(name));
    nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true, directives: ['ssl_alpn h2 http/1.1;'] });
  });
  afterAll(async () => {
    engine.close();
    await nginx.close();
  });
  const clientOf = (change: Partial<ClientSettings>) =>
    engine.client(testSettings({ port: nginx.port, ca: nginx.certificate, ...change }));
  const lastLine = async (): Promise<string> => (await nginx.lines()).at(-1) ?? '';

  it('sends the server name', async () => {
    await handshake(engine, clientOf({ serverName: 'localhost' }));
    expect(await lastLine()).toContain('name=localhost');
    await handshake(engine, clientOf({ serverName: undefined }));
    expect(await lastLine()).toContain('name=- ');
  });

  it('offers application protocols, and tells which one the server took', async () => {
    const { negotiated } = await handshake(engine, clientOf({ alpn: ['spdy/1', 'http/1.1'] }));
    expect(negotiated?.alpn).toBe('http/1.1');
    expect(await lastLine()).toContain('alpn=http/1.1 ');
  });

  it.each([
    { protocol: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    { protocol: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' },
    { protocol: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
  ] as const)('negotiates $ciphers when it is the only suite', async ({ protocol, ciphers }) => {
    const { negotiated } = await handshake(engine, clientOf({ protocol, ciphers }));
    expect(negotiated?.cipher).toBe(ciphers);
    expect(await lastLine()).toContain(` ${ciphers} `);
  });

  it('negotiates the group that is wanted first', async () => {
    const { negotiated } = await handshake(engine, clientOf({ groups: 'P-256:X25519' }));
    expect(negotiated?.group).toBe('P-256');
    expect(await lastLine()).toContain('group=prime256v1 ');
  });

  it.runIf(existsSync('/proc/self/fd'))('connects from the local addresses that it is given, in turn', async () => {
    const client = clientOf({ sources: ['127.0.0.2', '127.0.0.3'] });
    await perform(
      engine,
      Array.from({ length: 4 }, () => attemptOf(client)),
    );
    const lines = (await nginx.lines()).slice(-4);
    for (const source of ['127.0.0.2', '127.0.0.3'])
      expect(lines.filter((line) => line.includes(`from=${source} `))).toHaveLength(2);
  });
});

describe.skipIf(nginxProgram === undefined).each(ENGINE_NAMES)('engine %s with nginx on IPv6 (Debian: nginx-light)', (name) => {
  it('connects, and checks the address against the certificate', async () => {
    const nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true, address: '::1' });
    const engine = openEngine(engineChoice(name));
    const change = { address: '::1', serverName: undefined, port: nginx.port, ca: nginx.certificate };
    // One after another, so that a socket is used again.
    for (let i = 0; i < 3; i++) await handshake(engine, engine.client(testSettings(change)), { closeNotify: false });
    expect((await nginx.lines()).filter((line) => line.includes('from=::1 '))).toHaveLength(3);
    engine.close();
    await nginx.close();
  });
});

describe.skipIf(nginxProgram === undefined).each(['openssl', 'node'] as const)(
  'engine %s, mutual TLS (Debian: nginx-light)',
  (name) => {
    let engine: Engine;
    let nginx: Nginx;
    let identity: CertificatePair;
    beforeAll(async () => {
      engine = openEngine(engineChoice(name));
      identity = await makeCertificate('ecdsa-p256');
      nginx = await startNginx(nginxProgram ?? '', { cache: 'off', tickets: true, clientAuthority: identity.certificate });
    });
    afterAll(async () => {
      engine.close();
      await nginx.close();
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: shows its certificate, which the server verifies', async (protocol) => {
      const change = { protocol, port: nginx.port, ca: nginx.certificate };
      const own = { cert: identity.certificate, key: identity.key };
      await handshake(engine, engine.client(testSettings({ ...change, identity: own })));
      expect((await nginx.lines()).at(-1)).toContain('client=SUCCESS ');
      await performOne(engine, attemptOf(engine.client(testSettings(change))));
      expect((await nginx.lines()).at(-1)).toContain('client=NONE ');
    });

    it('says which key does not belong to its certificate', async () => {
      const { key } = await makeCertificate('ecdsa-p256');
      const own = { cert: identity.certificate, key };
      expect(() => engine.client(testSettings({ identity: own }))).toThrow(/key/u);
    });
  },
);

describe.each(['openssl', 'node'] as const)('engine %s', (name) => {
  it('writes the secrets of its handshakes into a key log, and only on request', async () => {
    const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
    const folder = await mkdtemp(join(tmpdir(), 'resumark-keylog-'));
    const keyLog = join(folder, 'keys');
    const engine = openEngine(engineChoice(name));
    const change = { port: server.port, ca: server.certificate };
    await handshake(engine, engine.client(testSettings(change)));
    expect(existsSync(keyLog)).toBe(false);
    await handshake(engine, engine.client(testSettings({ ...change, keyLog })));
    await handshake(engine, engine.client(testSettings({ ...change, keyLog, protocol: 'TLSv1.2' })));
    expect((await stat(keyLog)).mode & 0o777).toBe(0o600);
    const labels = (await readFile(keyLog, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(labels).toEqual(
      expect.arrayContaining(['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0', 'CLIENT_RANDOM']),
    );
    engine.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
});

describe('the post-quantum group X25519MLKEM768', () => {
  const hasIt = Number(process.versions.openssl.split('.')[0]) * 100 + Number(process.versions.openssl.split('.')[1]) >= 305;

  it.each([
    ['openssl', openOpenSslEngine, /^OpenSSL 3\.\d\.\d+.* does not take the groups X25519MLKEM768/u],
    ['wire', openWireEngine, /^OpenSSL 3\.\d\.\d+.* of this Node does not have the group X25519MLKEM768/u],
  ] as const)(
    hasIt
      ? 'is negotiated by engine %s, since this OpenSSL has it'
      : 'is refused by engine %s before the run with the version of OpenSSL, which has it not',
    async (_, open, refusal) => {
      const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
      const engine = open();
      const settings = testSettings({ port: server.port, ca: server.certificate, groups: 'X25519MLKEM768', mode: 'ticket' });
      if (hasIt) {
        const client = engine.client(settings);
        const first = await handshake(engine, client);
        expect(first.negotiated?.group).toBe('X25519MLKEM768');
        const { evidence } = await handshake(engine, client, { session: first.session });
        expect(evidence.resumed).toBe(true);
      } else expect(() => engine.client(settings)).toThrow(refusal);
      engine.close();
      await server.close();
    },
  );
});

/** Where Debian has its libssl, by architecture. */
const libssl = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/libssl.so.3`)
  .find((path) => existsSync(path));

describe.skipIf(libssl === undefined)('engine openssl on the libssl of the machine (Debian: libssl3)', () => {
  it('names it, and resumes with it', async () => {
    const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'] });
    const engine = openOpenSslEngine({ libssl: libssl ?? null });
    expect(engine.library).toMatch(/^OpenSSL 3\./u);
    for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = engine.client(testSettings({ port: server.port, ca: server.certificate, protocol, mode: 'ticket' }));
      const { session } = await handshake(engine, client);
      const { evidence } = await handshake(engine, client, { session });
      expect(evidence).toMatchObject({ protocol, resumed: true, hello: { resumed: true } });
      session?.free();
    }
    engine.close();
    await server.close();
  });

  it('names a library that cannot be opened', () => {
    expect(() => openOpenSslEngine({ libssl: '/nowhere/libssl.so.3' })).toThrow(/\/nowhere\/libssl\.so\.3 cannot be opened/u);
  });
});
