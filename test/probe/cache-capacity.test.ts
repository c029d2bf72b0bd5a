import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeEvent } from '../../src/domain/probe-event.ts';
import { probe } from '../../src/run/studies/probe.ts';
import { decodeProbe, decodeServer } from '../../src/scenario/decode.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { probeServers } from './probed.ts';

const program = findProgram('nginx', 'nginx-light libnginx-mod-stream');

const running: { readonly close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const smallCache = async (): Promise<Nginx> => {
  const nginx = await startNginx(program ?? '', { cache: 'shared', cacheSize: '32k', tickets: false });
  running.push(nginx);
  return nginx;
};

/** A handshake of node:tls. */
const shakeHands = async (
  port: number,
  session?: Buffer,
): Promise<{ readonly reused: boolean; readonly session: Buffer | undefined }> => {
  const socket: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    session,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const seen = { reused: socket.isSessionReused(), session: socket.getSession() };
  socket.end();
  socket.resume();
  await once(socket, 'close');
  return seen;
};

/** More sessions than 32 kB hold. */
const MANY = 400;

/** Counts the sessions that are kept: of many those that are honoured, offered from the newest until one is declined. */
const keptByCount = async (port: number): Promise<number> => {
  const sessions: (Buffer | undefined)[] = [];
  for (let i = 0; i < MANY; i++) sessions.push((await shakeHands(port)).session);
  let kept = 0;
  for (const session of sessions.toReversed()) {
    if (!(await shakeHands(port, session)).reused) return kept;
    kept += 1;
  }
  return kept;
};

describe.skipIf(program === undefined)('the capacity of a cache of nginx (Debian: nginx-light libnginx-mod-stream)', () => {
  it('is as counted with another client', async () => {
    const nginx = await smallCache();
    const kept = await keptByCount(nginx.port);
    expect(kept).toBeGreaterThan(10);
    expect(kept).toBeLessThan(MANY);
    const { cacheCapacity } = await probeServers([nginx], { tries: 2, protocols: ['1.2'], cacheCapacity: '2000' });
    const [found] = cacheCapacity?.addresses ?? [];
    expect(found).toMatchObject({ protocol: 'TLSv1.2', mechanism: 'session-id', isSharp: true, failed: {} });
    // Sessions of two clients differ in length by a few bytes.
    expect(found?.least).toBeGreaterThan(0.9 * kept);
    expect(found?.most).toBeLessThan(1.1 * kept);
    expect(found?.made).toBeLessThan(2000);
  });

  it('is found by TLS 1.3 tickets that stand for a session in the cache', async () => {
    const nginx = await smallCache();
    const { cacheCapacity } = await probeServers([nginx], { tries: 2, protocols: ['1.3'], cacheCapacity: '2000' });
    const [found] = cacheCapacity?.addresses ?? [];
    expect(found).toMatchObject({ protocol: 'TLSv1.3', mechanism: 'psk-stateful' });
    expect(found?.least).toBeGreaterThan(10);
    expect(found?.most).toBeLessThan(MANY);
  });
});

it('is at least the number of sessions that were made, where the oldest is still there, and costs no more than was announced', async () => {
  const decoded = decodeServer({ resumption: 'cache' });
  const server = await openReferenceFleet(serverSettings(decoded), decoded);
  running.push(server);
  const events: ProbeEvent[] = [];
  const settings = decodeProbe({ tls: { insecure: true }, tries: 1, protocols: ['1.2'], cacheCapacity: '200', seed: 1 });
  let announced = 0;
  const { cacheCapacity, connections } = await probe([`127.0.0.1:${String(server.port)}`], settings, {
    onStart: (plan) => (announced = plan.connections),
    onEvent: (event) => events.push(event),
  });
  expect(connections).toBeLessThanOrEqual(announced);
  expect(cacheCapacity?.addresses).toMatchObject([{ least: 200, most: null }]);
  expect(events).toMatchObject([{ kind: 'cache-filling', connections: 320 }]);
});
