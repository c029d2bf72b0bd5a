import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import { makeCertificate } from '../../src/target/certificate.ts';
import { P256, X25519 } from './key-share.ts';
import type { Plan } from './plan.ts';
import { TEST_SUITES } from './protection.ts';
import { openTestServer } from './open-test-server.ts';
import type { TestServer } from './test-server.ts';

let pair: CertificatePair;
beforeAll(async () => {
  pair = await makeCertificate('ecdsa-p256');
});

const plan = (change: Partial<Plan>): Plan => ({
  protocol: 'TLSv1.3',
  suite: suiteOf(0x1301),
  group: X25519,
  identity: { certificate: new X509Certificate(pair.certificate).raw, key: createPrivateKey(pair.key) },
  sessions: new Map(),
  retry: 'none',
  asksCertificate: false,
  acceptsEarlyData: false,
  hasExtendedMasterSecret: true,
  tickets: 1,
  ticketBytes: 100,
  recordBytes: 16_384,
  coalesces: true,
  ...change,
});

const suiteOf = (id: number) => {
  const suite = TEST_SUITES.find((one) => one.id === id);
  if (suite === undefined) throw new Error('no such suite');
  return suite;
};

/** A stream whose other end is the server, without a network. */
const streamTo = (server: TestServer): Duplex => {
  const stream = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      try {
        const answer = server.take(bytes);
        if (answer.length > 0) stream.push(answer);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return stream;
};

/** A handshake of node's client; its session is the newest that it was given. */
const shakeHands = async (server: TestServer, options: ConnectionOptions) => {
  const socket: TLSSocket = connect({ socket: streamTo(server), servername: 'localhost', ca: pair.certificate, ...options });
  let session: Buffer | undefined;
  socket.on('session', (der: Buffer) => (session = der));
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  const isReused = socket.isSessionReused();
  const protocol = socket.getProtocol();
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  return { session, isReused, protocol };
};

const NODE_CIPHERS = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305';

/** Against the OpenSSL of node: what it takes for a server may test other clients. */
describe('the test server', () => {
  it.each([
    { suite: 0x1301 },
    { suite: 0x1302 },
    { suite: 0x1303 },
    { suite: 0x1301, group: P256, retry: 'group' },
    { suite: 0x1302, retry: 'cookie' },
    { suite: 0x1301, asksCertificate: true },
    { suite: 0x1301, recordBytes: 100, coalesces: false },
    { suite: 0x1303, tickets: 5 },
    { suite: 0xc02b, protocol: 'TLSv1.2' },
    { suite: 0xc02c, protocol: 'TLSv1.2' },
    { suite: 0xcca9, protocol: 'TLSv1.2' },
    { suite: 0xc02b, protocol: 'TLSv1.2', tickets: 0 },
    { suite: 0xc02b, protocol: 'TLSv1.2', asksCertificate: true, recordBytes: 50 },
    { suite: 0xc02b, protocol: 'TLSv1.2', hasExtendedMasterSecret: false },
  ] as const)('is a server to node:tls, full and resumed: %o', async ({ suite, ...change }) => {
    const planned = plan({ suite: suiteOf(suite), ...change });
    const client: ConnectionOptions = {
      minVersion: planned.protocol,
      maxVersion: planned.protocol,
      ciphers: planned.protocol === 'TLSv1.2' ? NODE_CIPHERS : undefined,
      ecdhCurve: 'X25519:P-256',
    };
    const first = openTestServer(planned);
    const { session, isReused } = await shakeHands(first, client);
    expect({ isReused, isDone: first.isDone, alerts: first.alerts }).toEqual({ isReused: false, isDone: true, alerts: [] });
    expect(session).toBeDefined();
    const second = openTestServer(planned);
    const again = await shakeHands(second, { ...client, session });
    expect({ isReused: again.isReused, isDone: second.isDone, isResumed: second.isResumed }).toEqual({
      isReused: true,
      isDone: true,
      isResumed: true,
    });
  });
});
