import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../../src/scenario/fault-fields.ts';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../../src/scenario/server-knobs.ts';
import { startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';
import { request } from './node-client.ts';
import { clientHello, rawExchange, recordsOf } from './raw-client.ts';

const servers: ReferenceServer[] = [];

const start = async (faults: Partial<Faults>, knobs: Partial<ServerKnobs> = {}): Promise<ReferenceServer> => {
  const server = await startReferenceServer({
    keyType: 'ecdsa-p256',
    resumption: ['cache', 'tickets'],
    knobs: { ...knobs, faults: { ...DEFAULT_KNOBS.faults, ...faults } },
  });
  servers.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const pinned = (version: (typeof VERSIONS)[number]) => ({ minVersion: version, maxVersion: version });

/** Beyond the time limit of a test. */
const FOR_EVER_MS = 60_000;

/** Content types of records. */
const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;

describe.each(VERSIONS)("faults within the server's flight on %s, seen by a client that reads bytes", (version) => {
  it('stall when half of it is sent', async () => {
    const server = await start({ stall: { at: 'flight', time: 300, share: 1 } });
    const { bytes, arrivals } = await rawExchange(server, await clientHello(pinned(version)));
    const half = arrivals.find(({ total }) => total === bytes.length >> 1);
    // The client may see the first half late.
    expect((arrivals.at(-1)?.ms ?? 0) - (half?.ms ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(150);
    expect(arrivals.at(-1)?.ms).toBeGreaterThanOrEqual(299);
    expect(recordsOf(bytes).missing).toBe(0);
    expect((await request(server, pinned(version))).ms).toBeGreaterThanOrEqual(299);
    expect((await server.counts()).handshakes).toBe(1);
  });

  it('half-close the connection there, and read on', async () => {
    const server = await start({ halfClose: { at: 'flight', share: 1 } });
    const socket = connectTcp({ port: server.port, host: server.address, allowHalfOpen: true });
    socket.write(await clientHello(pinned(version)));
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => (received = Buffer.concat([received, bytes])));
    await once(socket, 'end');
    expect(recordsOf(received).types[0]).toBe(HANDSHAKE);
    expect(recordsOf(received).missing).toBeGreaterThan(0);
    // A server that did not read would reset this, or never let it end.
    const flood = Buffer.alloc(16 << 20);
    socket.end(flood);
    await once(socket, 'close');
    expect(socket.bytesWritten).toBeGreaterThan(flood.length);
  });
});

it('lets a HelloRetryRequest pass: the flight is what follows', async () => {
  const server = await start({ stall: { at: 'flight', time: FOR_EVER_MS, share: 1 } }, { groups: 'P-384' });
  const hello = await clientHello({ ...pinned('TLSv1.3'), ecdhCurve: 'X25519:P-384' });
  const { bytes } = await rawExchange(server, hello);
  expect(recordsOf(bytes)).toEqual({ types: [HANDSHAKE, CHANGE_CIPHER_SPEC], missing: 0 });
});

describe.each(VERSIONS)('alerts on %s', (version) => {
  it('are plain instead of an answer', async () => {
    const server = await start({ alert: { at: 'server-hello', description: 'access_denied', share: 1 } });
    const { bytes } = await rawExchange(server, await clientHello(pinned(version)));
    expect([...bytes]).toEqual([21, 3, 3, 0, 2, 2, 49]);
    await expect(request(server, pinned(version))).rejects.toThrow(/alert access denied/u);
  });

  it("come under the connection's keys when the client has finished", async () => {
    const server = await start({ alert: { at: 'finished', description: 'internal_error', share: 1 } });
    await expect(request(server, pinned(version))).rejects.toThrow(/alert internal error/u);
    expect((await server.counts()).handshakes).toBe(0);
  });
});

it('half-closes when the client has finished: TLS 1.2 never ends its handshake, TLS 1.3 ends without a ticket', async () => {
  const server = await start({ halfClose: { at: 'finished', share: 1 } });
  await expect(request(server, pinned('TLSv1.2'))).rejects.toThrow(/disconnected before secure/u);
  expect(await request(server, pinned('TLSv1.3'))).toMatchObject({ answer: '', sessions: [] });
});

it('half-closes before any answer', async () => {
  const server = await start({ halfClose: { at: 'server-hello', share: 1 } });
  expect((await rawExchange(server, await clientHello())).bytes).toHaveLength(0);
});

it.each(VERSIONS)('reads in bites, with a pause after each, on %s', async (version) => {
  const [bite, pause] = [64, 20];
  const server = await start({ slowReader: { bite, pause, share: 1 } });
  const hello = await clientHello(pinned(version));
  const { arrivals } = await rawExchange(server, hello);
  expect(arrivals[0]?.ms).toBeGreaterThanOrEqual((Math.ceil(hello.length / bite) - 1) * pause - 1);
  const { answer } = await request(server, pinned(version));
  expect(answer).toContain('200 OK');
  expect((await server.counts()).handshakes).toBe(1);
});

describe('tickets after data', () => {
  it('come with the answer to a request, and are honoured: two after a full handshake, one after a resumed one', async () => {
    const server = await start({ ticketsAfterData: true });
    const { sessions } = await request(server, pinned('TLSv1.3'));
    expect(sessions).toHaveLength(2);
    expect(await request(server, { ...pinned('TLSv1.3'), session: sessions[1] })).toMatchObject({
      reused: true,
      sessions: [expect.any(Buffer)],
    });
  });

  it.each([
    [true, 0],
    [false, 2],
  ])('never come to a client that sends none: %s', async (ticketsAfterData, expected) => {
    const server = await start({ ticketsAfterData });
    const { port, address: host, certificate: ca } = server;
    const socket = connect({ port, host, servername: 'localhost', ca, ...pinned('TLSv1.3') });
    let sessions = 0;
    socket.on('session', () => (sessions += 1));
    await once(socket, 'secureConnect');
    // The server sends its tickets before it counts, and the end after them.
    await expect.poll(async () => (await server.counts()).handshakes, { timeout: 10_000 }).toBe(1);
    socket.end();
    socket.resume();
    await once(socket, 'close');
    expect(sessions).toBe(expected);
  });

  it('do not keep TLS 1.2 from having its own in the handshake', async () => {
    const { sessions } = await request(await start({ ticketsAfterData: true }), pinned('TLSv1.2'));
    expect(sessions).toHaveLength(1);
  });
});
