import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../../src/scenario/server-knobs.ts';
import { newIdentity, startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';
import { findProgram } from '../../servers/require-program.ts';
import { countOf, SClient } from './s-client.ts';

const run = promisify(execFile);
const openssl = findProgram('openssl', 'openssl');
const servers: ReferenceServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (
  knobs: Partial<ServerKnobs>,
  settings: Partial<Parameters<typeof startReferenceServer>[0]> = {},
): Promise<ReferenceServer> => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'], ...settings, knobs });
  servers.push(server);
  return server;
};

/** The chain that a server sends, and the OCSP response that it staples, by node:tls; empty when it staples none. */
const askedBy = async ({ address, port, certificate }: ReferenceServer, servername = 'localhost') => {
  // Missing from the types of connect.
  const asking = { requestOCSP: true };
  const socket = connect({ host: address, port, servername, ca: certificate, ...asking });
  const [[response]] = (await Promise.all([once(socket, 'OCSPResponse'), once(socket, 'secureConnect')])) as [
    [Buffer | null],
    [],
  ];
  const { raw, issuerCertificate } = socket.getPeerCertificate(true);
  socket.destroy();
  return { response: response ?? Buffer.alloc(0), leaf: raw, issuer: issuerCertificate.raw };
};

describe.skipIf(openssl === undefined)('OCSP responses (openssl)', () => {
  const client = new SClient(openssl ?? '');
  afterAll(() => client.close());

  /** Has `openssl ocsp` verify what a server staples. */
  const verify = async (server: ReferenceServer, name?: string): Promise<string> => {
    const { response, leaf, issuer } = await askedBy(server, name);
    const file = async (of: string, content: Buffer | string): Promise<string> => {
      const path = await client.path(of);
      await writeFile(path, content);
      return path;
    };
    const { stdout, stderr } = await run(openssl ?? '', [
      ...[
        'ocsp',
        '-respin',
        await file('response.der', response),
        '-no_nonce',
        '-CAfile',
        await file('ca.pem', server.certificate),
      ],
      ...['-issuer', await file('issuer.pem', pem(issuer)), '-verify_other', await file('issuer.pem', pem(issuer))],
      ...['-cert', await file('leaf.pem', pem(leaf))],
    ]);
    return stdout + stderr;
  };

  it.each([
    ['rsa-2048', 1],
    ['ecdsa-p256', 0],
    ['ecdsa-p256', 2],
    ['ecdsa-p384', 1],
    ['ed25519', 1],
  ] as const)('are signed for the certificate, whose key is %s under %i intermediate ones', async (keyType, chainLength) => {
    const said = await verify(await start({ ocsp: 'good', chainLength }, { keyType }));
    expect(said).toContain('Response verify OK');
    expect(said).toMatch(/leaf\.pem: good$/mu);
    expect(said).not.toMatch(/error|expired/iu);
  });

  it('are each of their own virtual host', async () => {
    const server = await start({ ocsp: 'good', chainLength: 1, names: ['a.test', 'b.test'] });
    for (const name of ['a.test', 'b.test']) expect(await verify(server, name)).toMatch(/leaf\.pem: good$/mu);
    expect((await askedBy(server, 'a.test')).response).not.toEqual((await askedBy(server, 'b.test')).response);
  });

  it.each([false, true])('are renewed with the certificate, on node:tls: %s', async (onNodeTls) => {
    const identity = await newIdentity('ecdsa-p256', { ...DEFAULT_KNOBS, ocsp: 'good', chainLength: 2 }, true);
    const server = await start({ ocsp: 'good', chainLength: 2 }, { identity, onNodeTls });
    const before = await askedBy(server);
    await server.renew();
    const after = await askedBy(server);
    expect(after.leaf).not.toEqual(before.leaf);
    expect(await verify(server)).toMatch(/leaf\.pem: good$/mu);
    // The leaf and two intermediate ones, and no more than before.
    expect(countOf(await client.run(server, '-showcerts'), /^ *\d s:/gmu)).toBe(3);
  });

  it('are stale when they were asked to be', async () => {
    expect(await verify(await start({ ocsp: 'stale' }))).toContain('status expired');
  });

  it.each(['-tls1_2', '-tls1_3'])('are sent to a client that asks for one, %s', async (version) => {
    const server = await start({ ocsp: 'good' });
    const said = await client.run(server, version, '-status');
    expect(said).toContain('OCSP Response Status: successful (0x0)');
    expect(said).toContain('Cert Status: good');
    expect(said).toMatch(/Next Update: /u);
    expect(await client.run(server, version)).not.toContain('OCSP');
  });

  it('are missing from a server whose certificate says that one must be there', async () => {
    const server = await start({ ocsp: 'missing' });
    const said = await client.run(server, '-status', '-showcerts');
    expect(said).toContain('OCSP response: no response sent');
    const { stdout } = await run(openssl ?? '', ['x509', '-noout', '-text', '-in', await client.path('ca.pem')]);
    expect(stdout).toMatch(/TLS Feature: *\n *status_request/u);
  });
});

it('staples on node:tls too', async () => {
  const server = await start({ ocsp: 'good', names: ['a.test'] }, { onNodeTls: true });
  const [own, other] = [await askedBy(server), await askedBy(server, 'a.test')];
  expect(own.response.length).toBeGreaterThan(0);
  expect(other.response.length).toBeGreaterThan(0);
  expect(own.response).not.toEqual(other.response);
});

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/gu, '$&\n')}\n-----END CERTIFICATE-----\n`;
