import { connect, type ConnectionOptions } from 'node:tls';
import { constants } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { FleetSettings } from '../../../src/scenario/fleet-schema.ts';
import { openReferenceFleet } from '../../../src/target/fleet/reference-fleet.ts';
import type { Endpoint } from '../../../src/target/endpoints.ts';
import type { OpenTarget } from '../../../src/target/open-target.ts';
import type { ReferenceServerSettings } from '../../../src/target/reference/reference-server.ts';

let fleet: OpenTarget | undefined;

afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
});

const open = async (change: Partial<FleetSettings>, resumption: ReferenceServerSettings['resumption']): Promise<OpenTarget> => {
  const settings = { nodes: 4, balance: 'round-robin', ticketKeys: 'own', sessionCache: 'own', ...change } as const;
  return (fleet = await openReferenceFleet({ keyType: 'ecdsa-p256', resumption }, settings));
};

/** A handshake by node:tls: whether it was resumed, and the session that it ended with. */
const shake = (
  { address, port }: Endpoint,
  options: ConnectionOptions,
): Promise<{ readonly isResumed: boolean; readonly session: Buffer | undefined }> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, servername: 'localhost', ca: fleet?.ca, ...options });
    let session: Buffer | undefined;
    socket
      .on('session', (given: Buffer) => (session = given))
      // The tickets of TLS 1.3 stand before the answer.
      .once('secureConnect', () => socket.write('GET / HTTP/1.1\r\n\r\n'))
      .once('end', () => {
        resolve({ isResumed: socket.isSessionReused(), session });
        socket.destroy();
      })
      .once('error', reject)
      .resume();
  });

/** Offers the session of each node to each: true where it was accepted. */
const accepted = async (options: ConnectionOptions): Promise<boolean[][]> => {
  const nodes = fleet?.fleet?.nodes ?? [];
  const rows: boolean[][] = [];
  for (const issuer of nodes) {
    const { session } = await shake(issuer, options);
    const row: boolean[] = [];
    for (const node of nodes) row.push((await shake(node, { ...options, session })).isResumed);
    rows.push(row);
  }
  return rows;
};

const BY_ID = { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET } as const;
const BY_TICKET = [{ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }] as const;

const ALL = Array.from({ length: 4 }, () => [true, true, true, true]);
const OWN = [0, 1, 2, 3].map((issuer) => [0, 1, 2, 3].map((node) => node === issuer));
const ODD = ['a', 'a', 'a', 'b'].map((issuer) => ['a', 'a', 'a', 'b'].map((node) => node === issuer));

it('nodes accept tickets of their own alone, of all others, or of those with their label', async () => {
  for (const [ticketKeys, rows] of [
    ['own', OWN],
    ['shared', ALL],
    [['a', 'a', 'a', 'b'], ODD],
  ] as const) {
    await open({ ticketKeys: typeof ticketKeys === 'string' ? ticketKeys : [...ticketKeys] }, ['tickets']);
    for (const options of BY_TICKET) expect(await accepted(options)).toEqual(rows);
    await fleet?.close();
  }
});

it('nodes accept session IDs from their own cache, or from one that they share', async () => {
  await open({}, ['cache']);
  expect(await accepted(BY_ID)).toEqual(OWN);
  await fleet?.close();
  await open({ sessionCache: 'shared' }, ['cache']);
  expect(await accepted(BY_ID)).toEqual(ALL);
});

it('is dialled at its balancer, with one certificate, and measured without it', async () => {
  const { address, port, fleet: parts, cpu } = await open({ ticketKeys: 'shared', sessionCache: 'shared' }, ['cache', 'tickets']);
  const span = cpu.start();
  const around = parts?.cpu.balancer.start();
  const cache = parts?.cpu.cache?.start();
  const { session } = await shake({ address, port }, {});
  for (let i = 0; i < 8; i++) expect((await shake({ address, port }, { session })).isResumed).toBe(true);
  const servers = span.used();
  expect(servers.pids).toHaveLength(4);
  expect(servers.forwardsTo).toEqual([]);
  expect(servers.cpuNs).toBeGreaterThan(0);
  expect(around?.used().pids.some((pid) => servers.pids.includes(pid))).toBe(false);
  expect(around?.used().cpuNs).toBeGreaterThan(0);
  expect(cache?.used().pids).toHaveLength(1);
});

it('one node has no balancer', async () => {
  const { fleet: parts } = await open({ nodes: 1, sessionCache: 'shared' }, ['cache']);
  expect(parts).toBeUndefined();
});

describe('a ticket key in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resumark-key-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const written = (bytes: number): string => {
    const path = join(folder, `${String(bytes)}.key`);
    writeFileSync(path, Buffer.alloc(bytes, 7));
    return path;
  };

  it('is that of all nodes, of other fleets, and of a single server, also after its process', async () => {
    const ticketKeys = `file:${written(80)}`;
    const one = await open({ nodes: 1, ticketKeys }, ['tickets']);
    const { session } = await shake(one, BY_TICKET[1]);
    await one.controls[0]?.restart?.();
    expect((await shake(one, { ...BY_TICKET[1], session })).isResumed).toBe(true);
    await one.close();
    const several = await open({ nodes: 2, ticketKeys }, ['tickets']);
    for (const node of several.fleet?.nodes ?? [])
      expect((await shake(node, { ...BY_TICKET[1], session, rejectUnauthorized: false })).isResumed).toBe(true);
  });

  it('is refused where it has another length, or is not there', async () => {
    const path = written(48);
    await expect(open({ ticketKeys: `file:${path}` }, ['tickets'])).rejects.toThrow(
      `the ticket key ${path} must have 80 bytes, but it has 48.`,
    );
    await expect(open({ ticketKeys: 'file:none.key' }, ['tickets'])).rejects.toThrow(
      'the ticket key none.key cannot be read: ENOENT.',
    );
  });
});

it('keys of its own end with the process of a node', async () => {
  const one = await open({ nodes: 2 }, ['tickets']);
  const [node] = one.fleet?.nodes ?? [];
  if (node === undefined) throw new Error('no node');
  const { session } = await shake(node, BY_TICKET[1]);
  expect((await shake(node, { ...BY_TICKET[1], session })).isResumed).toBe(true);
  await one.controls[0]?.restart?.();
  expect((await shake(node, { ...BY_TICKET[1], session })).isResumed).toBe(false);
});
