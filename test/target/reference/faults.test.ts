import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_KNOBS } from '../../../src/scenario/server-knobs.ts';
import type { Faults } from '../../../src/scenario/fault-fields.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';
import { request, type Exchange } from './node-client.ts';

const servers: ReferenceServer[] = [];

const start = async (faults: Partial<Faults>, delayMs = 0): Promise<ReferenceServer> => {
  const server = await startReferenceServer({
    keyType: 'ecdsa-p256',
    resumption: ['cache', 'tickets'],
    delayMs,
    knobs: { faults: { ...DEFAULT_KNOBS.faults, ...faults } },
  });
  servers.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const TLS_1_2 = { maxVersion: 'TLSv1.2' } as const;

/** One connection after the other, so that each has its draw. */
const inTurn = async <Result>(count: number, take: (i: number) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = [];
  for (let i = 0; i < count; i++) results.push(await take(i));
  return results;
};

/** What a server with this seed draws. */
const draws = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
};

describe('faults of the reference server, seen by node:tls', () => {
  it('delays each handshake by its own random time', async () => {
    const server = await start({ jitter: 120, seed: 7 }, 30);
    const exchanges = await inTurn(5, () => request(server));
    for (const [i, draw] of draws(7, 5).entries()) expect(exchanges[i]?.ms).toBeGreaterThanOrEqual(29 + 120 * draw);
  });

  it('says nothing before its ServerHello', async () => {
    const server = await start({ stall: { at: 'server-hello', time: 250, share: 1 } });
    expect((await request(server)).ms).toBeGreaterThanOrEqual(249);
  });

  it("says nothing once the client has finished: TLS 1.3's tickets are late, and so is the end of TLS 1.2", async () => {
    const server = await start({ stall: { at: 'finished', time: 400, share: 1 } });
    const { ms, sessionMs, answer } = await request(server);
    expect(sessionMs).toBeGreaterThanOrEqual(399);
    expect(ms).toBeLessThan(sessionMs);
    expect(answer).toContain('200 OK');
    expect((await request(server, TLS_1_2)).ms).toBeGreaterThanOrEqual(399);
    expect((await server.counts()).handshakes).toBe(2);
  });

  it('resets the share of connections that its seed says', async () => {
    const server = await start({ reset: { at: 'server-hello', share: 0.5 }, seed: 3 });
    const outcomes = await inTurn(10, () =>
      request(server).then(
        () => 'answered',
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      ),
    );
    expect(outcomes).toEqual(draws(3, 10).map((draw) => (draw < 0.5 ? 'ECONNRESET' : 'answered')));
  });

  it('draws all faults of a connection when it begins, those that end it at once before others', async () => {
    const at = 'server-hello';
    const alert = { at, description: 'access_denied', share: 0.5 } as const;
    const server = await start({ alert, halfClose: { at, share: 0.5 }, seed: 4 });
    const outcomes = await inTurn(10, () =>
      request(server).then(
        () => 'answered',
        (error: unknown) => (String(error).includes('access denied') ? 'alert' : 'closed'),
      ),
    );
    const drawn = draws(4, 20);
    const expected = outcomes.map((_, i) => {
      if ((drawn[2 * i] ?? 1) < alert.share) return 'alert';
      return (drawn[2 * i + 1] ?? 1) < 0.5 ? 'closed' : 'answered';
    });
    expect(outcomes).toEqual(expected);
    expect(new Set(outcomes).size).toBe(3);
  });

  it('resets instead of its Finished', async () => {
    const server = await start({ reset: { at: 'finished', share: 1 } });
    await expect(request(server, TLS_1_2)).rejects.toThrow(/ECONNRESET/u);
    expect((await server.counts()).handshakes).toBe(0);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('gives tickets on %s that it never takes', async (version) => {
    const server = await start({ ignoreTickets: true });
    const pinned = { minVersion: version, maxVersion: version } as const;
    const { sessions } = await request(server, pinned);
    expect(sessions.length).toBeGreaterThan(0);
    expect((await request(server, { ...pinned, session: sessions[0] })).reused).toBe(false);
  });

  it('gives the share of strange tickets that its seed says', async () => {
    const server = await start({ strangeTickets: 0.5, seed: 5 });
    const given = await inTurn<Exchange>(8, () => request(server, TLS_1_2));
    const reused = await inTurn(8, async (i) => {
      const again = await request(server, { ...TLS_1_2, session: given[i]?.sessions[0] });
      return again.reused;
    });
    expect(reused).toEqual(draws(5, 8).map((draw) => draw >= 0.5));
    expect(new Set(reused).size).toBe(2);
  });
});
