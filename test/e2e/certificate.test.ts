import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../../src/target/certificate.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
let server: Server | undefined;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterEach(() => server?.close());
afterAll(() => resumark.close());

/** A server that is given another certificate after so many handshakes. @returns its port. */
const startRenewed = async (after: number): Promise<string> => {
  const [first, second] = [await makeCertificate('ecdsa-p256'), await makeCertificate('ecdsa-p256')];
  const started = createServer({ key: first.key, cert: first.certificate });
  let handshakes = 0;
  started.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    handshakes += 1;
    if (handshakes === after) started.setSecureContext({ key: second.key, cert: second.certificate });
  });
  started.on('tlsClientError', () => undefined);
  server = started.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
};

const FULL = ['-k', '-m', 'full', '--tls', '1.3', '-c', '2'] as const;

it('tells that the certificate changed, and in which round', async () => {
  const port = await startRenewed(250);
  const { record } = await resumark.measure('run', `127.0.0.1:${port}`, ...FULL, '-n', '600', '--rounds', '6', '--warmup', '0');
  const notice = record.notices.find(({ code }) => code === 'certificate-changed');
  expect(notice).toMatchObject({ cell: 'target TLS 1.3 full', certificates: 2 });
  const counts = record.blocks.map(({ certificates = [] }) => new Set(certificates).size);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2);
  const rounds = record.blocks.map(({ certificates = [] }) => certificates.at(-1));
  const changed = rounds.findIndex((certificate) => certificate !== rounds[0]);
  expect(changed).toBeGreaterThan(0);
  expect((notice as { readonly round: number } | undefined)?.round).toBe(changed);
});

it('tells it of a run of a single window', async () => {
  const port = await startRenewed(60);
  const { record } = await resumark.measure('run', `127.0.0.1:${port}`, ...FULL, '-d', '3s', '--rounds', '1', '--warmup', '0');
  expect(record.notices).toContainEqual(expect.objectContaining({ code: 'certificate-changed', certificates: 2, round: 0 }));
});

it('says nothing of a certificate that stays', async () => {
  const port = await startRenewed(-1);
  const { record } = await resumark.measure('run', `127.0.0.1:${port}`, ...FULL, '-n', '50', '--rounds', '3');
  expect(record.notices.filter(({ code }) => code === 'certificate-changed')).toEqual([]);
  expect(new Set(record.blocks.flatMap(({ certificates = [] }) => certificates)).size).toBe(1);
});
