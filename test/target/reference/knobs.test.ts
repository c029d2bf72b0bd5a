import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../../src/scenario/server-knobs.ts';
import {
  startReferenceServer,
  type ReferenceServer,
  type ReferenceServerSettings,
} from '../../../src/target/reference/reference-server.ts';
import { findProgram } from '../../servers/require-program.ts';
import { countOf, SClient } from './s-client.ts';

const openssl = findProgram('openssl', 'openssl');

/** Each setting by the word of `openssl s_client`. */
describe.skipIf(openssl === undefined)('settings of the reference server on libssl (openssl)', () => {
  const client = new SClient(openssl ?? '');
  const servers: ReferenceServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(() => client.close());

  const start = async (
    knobs: Partial<ServerKnobs> = {},
    settings: Partial<ReferenceServerSettings> = {},
  ): Promise<ReferenceServer> => {
    const server = await startReferenceServer({
      keyType: 'ecdsa-p256',
      resumption: ['cache', 'tickets'],
      ...settings,
      knobs,
    });
    servers.push(server);
    return server;
  };

  /** Shakes hands once, and then again with the session of the first time. @returns what became of the later ones. */
  const again = async (
    server: ReferenceServer,
    args: readonly string[],
    between: readonly (() => Promise<void>)[],
  ): Promise<string[]> => {
    const session = await client.path('session.pem');
    await client.run(server, ...args, '-sess_out', session);
    const outcomes: string[] = [];
    for (const act of between) {
      await act();
      const said = await client.run(server, ...args, '-sess_in', session);
      outcomes.push(/^(New|Reused), TLSv1/mu.exec(said)?.[1] ?? said);
    }
    return outcomes;
  };

  const nothing = (): Promise<void> => Promise.resolve();

  it.each([0, 5, 8])('gives %i tickets after a full handshake', async (tickets) => {
    const server = await start({ tickets, ticketLifetime: 60_000 });
    const said = await client.run(server, '-tls1_3');
    expect(countOf(said, /lifetime hint: 60 \(seconds\)/gu)).toBe(tickets);
  });

  it.each([
    ['never', {}],
    ['in an hour', { ticketRotation: { every: 3_600_000, keep: 0, phase: 0 } }],
  ])('gives one ticket after a resumed handshake of TLS 1.3, also where its keys rotate: %s', async (_, knobs) => {
    const server = await start(knobs);
    const session = await client.path('session.pem');
    await client.run(server, '-tls1_3', '-sess_out', session);
    const said = await client.run(server, '-tls1_3', '-sess_in', session);
    expect(said).toMatch(/^Reused, TLSv1\.3/mu);
    expect(countOf(said, /Post-Handshake New Session Ticket arrived/gu)).toBe(1);
  });

  it.each(['-tls1_2', '-tls1_3'])('takes a ticket once only, %s', async (version) => {
    expect(await again(await start({ singleUse: true }), [version], [nothing, nothing])).toEqual(['Reused', 'New']);
    expect(await again(await start(), [version], [nothing, nothing])).toEqual(['Reused', 'Reused']);
  });

  it.each(['-tls1_2', '-tls1_3'])('keeps as many previous ticket keys as it is told, %s', async (version) => {
    const server = await start({ ticketRotation: { every: 3_600_000, keep: 1, phase: 0 } });
    const rotate = (): Promise<void> => server.rotate();
    expect(await again(server, [version], [nothing, rotate, rotate])).toEqual(['Reused', 'Reused', 'New']);
    expect((await server.counts()).resumed).toBe(2);
  });

  it.each(['-tls1_2', '-tls1_3'])('keeps none where none was asked for, %s', async (version) => {
    const server = await start();
    expect(await again(server, [version], [nothing, () => server.rotate()])).toEqual(['Reused', 'New']);
  });

  it('takes early data, and none of a ticket that was shown before', async () => {
    const server = await start({ earlyData: true });
    const [session, early] = [await client.path('session.pem'), await client.path('early.txt')];
    await writeFile(early, 'GET / HTTP/1.0\r\n\r\n');
    const first = await client.run(server, '-tls1_3', '-sess_out', session);
    expect(first).toContain('Max Early Data: 16384');
    const withEarlyData = ['-tls1_3', '-sess_in', session, '-early_data', early];
    const second = await client.run(server, ...withEarlyData);
    expect(second).toContain('Early data was accepted');
    expect(second).toContain('HTTP/1.1 200 OK');
    const third = await client.run(server, ...withEarlyData);
    expect(third).toContain('Early data was rejected');
    expect(third).toMatch(/^New, TLSv1\.3/mu);
    expect(await server.counts()).toEqual({ handshakes: 3, resumed: 1 });
  });

  it('gives tickets that are held back after early data, too', async () => {
    const faults = { ...DEFAULT_KNOBS.faults, ticketsAfterData: true };
    const server = await start({ earlyData: true, faults });
    const [session, early] = [await client.path('session.pem'), await client.path('early.txt')];
    await writeFile(early, 'GET / HTTP/1.0\r\n\r\n');
    await client.run(server, '-tls1_3', '-sess_out', session);
    const said = await client.run(server, '-tls1_3', '-sess_in', session, '-early_data', early);
    expect(said).toContain('Early data was accepted');
    expect(countOf(said, /New Session Ticket arrived/gu)).toBe(1);
  });

  it.each([
    ['rsa-2048', /Peer signature type: RSA-PSS/u, /Server public key is 2048 bit/u],
    ['rsa-4096', /Peer signature type: RSA-PSS/u, /Server public key is 4096 bit/u],
    ['rsa-3072', /Peer signature type: RSA-PSS/u, /Server public key is 3072 bit/u],
    ['ecdsa-p256', /Peer signature type: ECDSA/u, /Server public key is 256 bit/u],
    ['ecdsa-p384', /Peer signature type: ECDSA/u, /Server public key is 384 bit/u],
    ['ed25519', /Peer signature type: [Ee]d25519/u, /Server public key is (?:253|256) bit/u],
  ] as const)('has a chain of %s keys', async (keyType, signature, key) => {
    const said = await client.run(await start({ chainLength: 2 }, { keyType }), '-showcerts');
    expect(said).toMatch(signature);
    expect(said).toMatch(key);
    expect(countOf(said, /BEGIN CERTIFICATE/gu)).toBeGreaterThanOrEqual(3);
    expect(said).toMatch(/^depth=3 /mu);
    expect(said).toContain('Verify return code: 0 (ok)');
  });

  it.each([0, 1, 8])('sends %i intermediate certificates', async (chainLength) => {
    const said = await client.run(await start({ chainLength }), '-showcerts');
    expect(countOf(said, /^ *\d s:/gmu)).toBe(1 + chainLength);
    expect(said).toContain('Verify return code: 0 (ok)');
  });

  it.each([0, 2])('has a certificate for each of its names, under %i intermediate ones', async (chainLength) => {
    const server = await start({ chainLength, names: ['a.test', 'b.test'] });
    for (const [asked, got] of [
      ['a.test', 'a.test'],
      ['b.test', 'b.test'],
      ['c.test', 'localhost'],
    ] as const) {
      const said = await client.run(server, '-servername', asked, '-verify_hostname', got);
      expect(said).toMatch(new RegExp(`^subject=CN ?= ?${got},`, 'mu'));
      expect(said).toContain('Verify return code: 0 (ok)');
    }
  });

  it('asks again for the group that it wants, and takes its suites', async () => {
    const server = await start({
      groups: 'P-384',
      ciphers: 'TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
    });
    const said = await client.run(server, '-tls1_3', '-msg', '-groups', 'X25519:P-384');
    expect(countOf(said, /ClientHello/gu)).toBe(2);
    expect(said).toMatch(/^New, TLSv1\.3, Cipher is TLS_CHACHA20_POLY1305_SHA256/mu);
    expect(said).toContain('secp384r1');
    expect(await client.run(server, '-tls1_2')).toContain('Cipher is ECDHE-ECDSA-AES256-GCM-SHA384');
  });

  it.each([
    ['none', /^(?!.*Requested Signature Algorithms)/su, 1],
    ['request', /Requested Signature Algorithms/u, 1],
    ['require', /alert certificate required/u, 0],
  ] as const)('asks for a client certificate: %s', async (clientCertificate, expected, handshakes) => {
    const server = await start({ clientCertificate });
    expect(await client.run(server, '-tls1_3')).toMatch(expected);
    expect((await server.counts()).handshakes).toBe(handshakes);
  });

  it('says which setting libssl does not take, and which are not for node:tls', async () => {
    await expect(start({ groups: 'no-such-group' })).rejects.toThrow(/cannot be started: .*the groups no-such-group/u);
    await expect(start({ tickets: 4 }, { onNodeTls: true })).rejects.toThrow(/tickets needs a server on libssl/u);
    const faults = { ...DEFAULT_KNOBS.faults, halfClose: { at: 'flight', share: 1 } } as const;
    await expect(start({ faults }, { onNodeTls: true })).rejects.toThrow(/faults needs a server on libssl/u);
    await expect(start({ earlyData: true }, { onNodeTls: true })).rejects.toThrow(/earlyData needs a server on libssl/u);
  });
});
