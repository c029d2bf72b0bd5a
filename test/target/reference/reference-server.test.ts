import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { SecureVersion } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Protocol } from '../../../src/domain/protocol.ts';
import { boundSession, nodeSession } from '../../../src/engine/node/session.ts';
import {
  startReferenceServer,
  type ReferenceServer,
  type ReferenceServerSettings,
} from '../../../src/target/reference/reference-server.ts';
import { readSessionDer, writeSessionDer } from '../../../src/tls/session-der.ts';
import { request } from './node-client.ts';

const servers: ReferenceServer[] = [];

const start = async (settings: Partial<ReferenceServerSettings> = {}): Promise<ReferenceServer> => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [], ...settings });
  servers.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe.each([
  ['libssl', false],
  ['node:tls', true],
] as const)('on %s', (_name, onNodeTls) => {
  it('says so, and answers, verified by its own certificate, with the key type that was asked for', async () => {
    for (const [keyType, bits] of [
      ['rsa-2048', 2048],
      ['ecdsa-p256', undefined],
    ] as const) {
      const server = await start({ keyType, onNodeTls });
      const { answer, keyBits } = await request(server);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*ok\n$/su);
      expect(keyBits).toBe(bits);
      expect(await server.counts()).toEqual({ handshakes: 1, resumed: 0 });
      expect(server.library).toMatch(onNodeTls ? /^node:tls$/u : /^OpenSSL 3\.\d+\.\d+$/u);
    }
  });

  it('holds each handshake back by its delay, those that come together too', async () => {
    const server = await start({ delayMs: 150, onNodeTls });
    for (const { ms } of await Promise.all([request(server), request(server), request(server)])) {
      expect(ms).toBeGreaterThanOrEqual(149);
    }
  });

  it('says which port is taken', async () => {
    const { port } = await start({ onNodeTls });
    await expect(start({ port, onNodeTls })).rejects.toThrow(`cannot listen on port ${String(port)}: EADDRINUSE`);
  });

  it('resumes with the keys that another server was given too', async () => {
    const ticketKeys = Buffer.from(Array.from({ length: 80 }, (_, i) => i)).toString('hex');
    const [one, other] = [
      await start({ resumption: ['tickets'], ticketKeys, onNodeTls }),
      await start({ resumption: ['tickets'], ticketKeys, onNodeTls }),
    ];
    const { sessions } = await request(one);
    const resumed = await request(other, { session: sessions[0], ca: one.certificate, rejectUnauthorized: false });
    expect(resumed.reused).toBe(true);
  });

  it('shows another certificate when it is renewed, and takes its sessions all the same', async () => {
    const server = await start({ resumption: ['tickets'], isRenewed: true, knobs: { names: ['a.test'] }, onNodeTls });
    const before = [await request(server), await request(server, { servername: 'a.test' })];
    await server.renew();
    const after = [await request(server), await request(server, { servername: 'a.test' })];
    expect(new Set([...before, ...after].map(({ serialNumber }) => serialNumber)).size).toBe(4);
    const again = await request(server, { session: before[0]?.sessions[0] });
    expect(again.reused).toBe(true);
  });

  it('refuses sessions of an earlier key when it has rotated', async () => {
    const server = await start({ resumption: ['tickets'], onNodeTls });
    const { sessions } = await request(server);
    await server.rotate();
    expect((await request(server, { session: sessions[0] })).reused).toBe(false);
  });
});

describe('resumption on libssl', () => {
  it.each([
    { resumption: ['cache', 'tickets'], expected: { 'TLSv1.2': true, 'TLSv1.3': true }, tickets: 2 },
    // In TLS 1.3 a ticket then stands for a session in the cache.
    { resumption: ['cache'], expected: { 'TLSv1.2': true, 'TLSv1.3': true }, tickets: 2 },
    { resumption: ['tickets'], expected: { 'TLSv1.2': true, 'TLSv1.3': true }, tickets: 2 },
    { resumption: [], expected: { 'TLSv1.2': false, 'TLSv1.3': false }, tickets: 0 },
  ] as const)('$resumption: resumes what it offers, and no more', async ({ resumption, expected, tickets }) => {
    const server = await start({ resumption });
    const resumes = async (version: SecureVersion): Promise<boolean> => {
      const pinned = { minVersion: version, maxVersion: version } as const;
      const { sessions } = await request(server, pinned);
      if (version === 'TLSv1.3') expect(sessions).toHaveLength(tickets);
      return (await request(server, { ...pinned, ...(sessions[0] !== undefined && { session: sessions[0] }) })).reused;
    };
    expect({ 'TLSv1.2': await resumes('TLSv1.2'), 'TLSv1.3': await resumes('TLSv1.3') }).toEqual(expected);
    const resumed = Number(expected['TLSv1.2']) + Number(expected['TLSv1.3']);
    expect(await server.counts()).toEqual({ handshakes: 4, resumed });
  });

  it('is not to be had by a cache alone on node:tls, which says why', async () => {
    await expect(start({ resumption: ['cache'], onNodeTls: true })).rejects.toThrow(
      /resumption: cache needs a server on libssl.*node:tls/u,
    );
  });
});

describe('ticketLifetime', () => {
  /** A client keeps to the hint of TLS 1.3 by itself: this one does not know it. */
  const withoutHint = (given: Buffer | undefined, protocol: Protocol): Buffer => {
    const session = nodeSession(given ?? Buffer.alloc(0));
    const state = { ...readSessionDer(session.bytes), lifetimeHintS: 3600 };
    return boundSession({ ...session, bytes: writeSessionDer(state, protocol, Math.floor(Date.now() / 1000)) }, 'localhost');
  };

  const outcomes = async (protocol: Protocol, resumption: 'cache' | 'tickets'): Promise<string> => {
    const lifetimeMs = 3000;
    const server = await start({ resumption: [resumption], knobs: { ticketLifetime: lifetimeMs } });
    const pinned = { minVersion: protocol, maxVersion: protocol } as const;
    const { sessions } = await request(server, pinned);
    const isTaken = async (): Promise<boolean> =>
      (await request(server, { ...pinned, session: withoutHint(sessions[0], protocol), rejectUnauthorized: false })).reused;
    const within = await isTaken();
    // libssl counts whole seconds.
    await setTimeout(lifetimeMs + 1000);
    const beyond = await isTaken();
    const { handshakes, resumed } = await server.counts();
    return `${protocol} ${resumption}: ${String([within, beyond])}, ${String(resumed)} of ${String(handshakes)}`;
  };

  it('is the time after which the server declines tickets and session IDs', async () => {
    const all = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((protocol) =>
      (['cache', 'tickets'] as const).map((resumption) => outcomes(protocol, resumption)),
    );
    expect(await Promise.all(all)).toEqual([
      'TLSv1.2 cache: true,false, 1 of 3',
      'TLSv1.2 tickets: true,false, 1 of 3',
      'TLSv1.3 cache: true,false, 1 of 3',
      'TLSv1.3 tickets: true,false, 1 of 3',
    ]);
  });
});

describe('groups with the post-quantum hybrid', () => {
  const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number);
  const hybrid = { knobs: { groups: 'X25519MLKEM768' } };

  it.runIf(major * 100 + minor >= 305)('take X25519MLKEM768 alone', async () => {
    const server = await start(hybrid);
    const { answer } = await request(server, { ecdhCurve: 'X25519MLKEM768' });
    expect(answer).toContain('200 OK');
    await expect(request(server, { ecdhCurve: 'X25519' })).rejects.toThrow(/handshake failure/u);
  });

  it.runIf(major * 100 + minor < 305)('are refused by name where this libssl has none', async () => {
    await expect(start(hybrid)).rejects.toThrow(/OpenSSL 3\.\d+\.\d+.* does not take the groups X25519MLKEM768/u);
  });
});

describe('the loop of libssl', () => {
  it('serves others while one client says nothing, and one says what is no TLS', async () => {
    const server = await start();
    const silent = connectTcp(server.port, server.address);
    await once(silent, 'connect');
    const rude = connectTcp(server.port, server.address);
    rude.on('error', () => undefined);
    rude.write('GET / HTTP/1.1\r\n\r\n');
    await once(rude, 'close');
    const all = await Promise.all(Array.from({ length: 200 }, () => request(server)));
    expect(all.every(({ answer }) => answer.endsWith('ok\n'))).toBe(true);
    expect(await server.counts()).toEqual({ handshakes: 200, resumed: 0 });
    silent.destroy();
  });
});
