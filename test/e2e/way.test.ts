import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize, type CellSummary } from '../../src/analysis/summary/cell-summary.ts';
import { openNodeEngine } from '../../src/engine/node/engine.ts';
import { openReferenceServer } from '../../src/target/reference/reference-server.ts';
import { canHaveOwnNetwork } from '../../src/target/way/own-network.ts';
import { throughWay } from '../../src/target/way/way.ts';
import { handshake } from '../engine/handshake.ts';
import { testSettings } from '../engine/settings.ts';
import { Resumark, total } from './resumark.ts';

const RTT_MS = 50;

/** Round trips of the standards, TCP connect left out (RFC 5246, section 7.3; RFC 8446, section 2). */
const TRIPS: Readonly<Record<string, number>> = {
  'TLSv1.2 full': 2,
  'TLSv1.2 session-id': 1,
  'TLSv1.2 ticket': 1,
  'TLSv1.3 full': 1,
  'TLSv1.3 ticket': 1,
};

const SERVER = '{ resumption: [cache, tickets] }';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const scenario = async (name: string, text: string): Promise<string> => {
  const path = join(resumark.results, `${name}.yaml`);
  await writeFile(path, text);
  return path;
};

describe.skipIf(!canHaveOwnNetwork())('a state on a way of its own (needs network namespaces and a tun device)', () => {
  it('shows the round trips of the standards within 3%, by TCP connect and by the wait', async () => {
    const path = await scenario(
      'far',
      `states: { near: { server: ${SERVER} }, far: { server: ${SERVER}, rtt: ${String(RTT_MS)}ms } }
plan: { rounds: 1, handshakes: 15, warmup: 0, interleave: block }`,
    );
    const { record, code } = await resumark.measure('run', path, '-c', '1');
    expect(code).toBe(0);
    expect(record.states.map(({ way }) => way?.kind)).toEqual([undefined, 'network']);
    const cells = summarize(record);
    const cellOf = (state: string, name: string): CellSummary | undefined =>
      cells.find((cell) => cell.state === state && `${cell.protocol} ${cell.mode}` === name);
    for (const [name, trips] of Object.entries(TRIPS)) {
      const [near, far] = [cellOf('near', name), cellOf('far', name)];
      expect(far?.honoured).toBe(15);
      // The least of them: what a busy machine adds is not the way's.
      const [waitMs, ownMs] = [far, near].map((cell) => (cell?.split?.waitNs.minNs ?? 0) / 1e6);
      expect(waitMs).toBeGreaterThanOrEqual(trips * RTT_MS);
      expect((waitMs ?? 0) - (ownMs ?? 0)).toBeLessThan(trips * RTT_MS * 1.03);
      expect((far?.connectNs.minNs ?? 0) / 1e6).toBeGreaterThanOrEqual(RTT_MS);
      expect((far?.connectNs.minNs ?? 0) / 1e6).toBeLessThan(RTT_MS * 1.03);
      expect(far?.roundTrips?.taken).toBe(trips);
    }
  });

  it('counts the packets that TCP sent again where the way loses some, and says what the outliers are', async () => {
    const path = await scenario(
      'lossy',
      `states: { lossy: { server: ${SERVER}, rtt: 10ms, loss: 5% } }
plan: { rounds: 1, handshakes: 120, warmup: 0 }`,
    );
    const { record } = await resumark.measure('run', path, '-c', '8', '--tls', '1.3', '-m', 'full', '--seed', '7');
    expect(total(record.blocks, ({ retransmitted }) => retransmitted?.connections ?? 0)).toBeGreaterThan(0);
    expect(record.notices.map(({ code }) => code)).toContain('retransmissions');
  });

  it('ends in its network too when it is interrupted, and keeps what was measured', async () => {
    const path = await scenario('long', `states: { far: { server: ${SERVER}, rtt: 20ms } }\nplan: { rounds: 1, duration: 60s }`);
    const { child, finished } = resumark.start(['run', path, '-m', 'full', '--tls', '1.3', '-o', resumark.results, '-c', '2']);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.includes('round 1/1')) resolve();
      });
    });
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(code).toBe(143);
    expect(stderr).toContain('interrupted after 1 of 1 blocks; everything measured is kept');
  });

  it('refuses a server outside of that network, and a scenario that cannot be read twice', async () => {
    const path = await scenario('mixed', `states: { near: { target: 'localhost:1' }, far: { server: ${SERVER}, rtt: 20ms } }`);
    const { code, stderr } = await resumark.run('run', path);
    expect(code).toBe(2);
    expect(stderr).toContain('state near is the running server localhost:1, which cannot be reached from the network');
  });
});

describe('a way where no network can be had', () => {
  it('is a relay that holds bytes back, and leaves the TCP connect as it is', async () => {
    const server = await openReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
    const way = await throughWay(server, { settings: { rttMs: 40, jitterMs: 0, loss: 0 }, number: 1, seed: 1 });
    const engine = openNodeEngine();
    try {
      expect(way.wayKind).toBe('relay');
      const client = engine.client(testSettings({ port: way.port, protocol: 'TLSv1.2', ca: server.ca }));
      const { handshakeNs, connectNs } = await handshake(engine, client);
      expect(handshakeNs).toBeGreaterThanOrEqual(80e6);
      expect(connectNs).toBeLessThan(40e6);
    } finally {
      engine.close();
      await way.close();
    }
  });

  it('loses nothing, and says so', async () => {
    const server = await openReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
    try {
      await expect(throughWay(server, { settings: { rttMs: 40, jitterMs: 0, loss: 0.01 }, number: 1, seed: 1 })).rejects.toThrow(
        'loss takes a network namespace',
      );
    } finally {
      await server.close();
    }
  });
});
