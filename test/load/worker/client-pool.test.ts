import { describe, expect, it } from 'vitest';
import { ClientPool } from '../../../src/load/worker/client-pool.ts';
import { SessionStore } from '../../../src/load/worker/session-store.ts';
import { TicketExpectation } from '../../../src/load/worker/ticket-expectation.ts';
import { VirtualClient } from '../../../src/load/worker/virtual-client.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fakeClient } from '../fake-engine.ts';

const poolOf = (clients: number): ClientPool =>
  new ClientPool(
    Array.from(
      { length: clients },
      () =>
        new VirtualClient(fakeClient('ticket'), 0, {
          sessions: new SessionStore('distinct'),
          expectation: new TicketExpectation(),
        }),
    ),
  );

/**
 * Connects `inFlight` clients at a time to servers behind a balancer that takes them in turn, none of which resumes a session of another.
 *
 * @returns the share of connections that met the server which had issued their session.
 */
const resumedShare = (clients: number, inFlight: number, servers: number, seed: number): number => {
  const pool = poolOf(clients);
  const random = seededRandom(seed);
  const issuer = new Map(pool.clients.map((client, index) => [client, index % servers]));
  const connected: VirtualClient[] = [];
  const connections = 20_000;
  let resumed = 0;
  for (let turn = 0; turn < connections; turn++) {
    const client = pool.acquire(random);
    if (issuer.get(client) === turn % servers) resumed += 1;
    issuer.set(client, turn % servers);
    connected.push(client);
    const first = connected.length < inFlight ? undefined : connected.shift();
    if (first !== undefined) pool.release(first);
  }
  return resumed / connections;
};

describe('clients of servers that share no keys, behind a balancer that takes them in turn', () => {
  const cases = [1, 2, 3, 4, 8, 16, 17, 64].flatMap((inFlight) => [2, 3, 5].map((servers) => ({ inFlight, servers })));
  it.each(cases)('resume as often as independent ones: $inFlight in flight, $servers servers', ({ inFlight, servers }) => {
    expect(Math.abs(resumedShare(inFlight + 32, inFlight, servers, 7) - 1 / servers)).toBeLessThan(0.03);
  });
});

describe('a pool', () => {
  it('deals every client once before any comes up again', () => {
    const pool = poolOf(50);
    const random = seededRandom(1);
    for (let round = 0; round < 3; round++) {
      const dealt = Array.from({ length: 50 }, () => {
        const client = pool.acquire(random);
        pool.release(client);
        return client;
      });
      expect(new Set(dealt).size).toBe(50);
    }
  });

  it('deals by the seed alone', () => {
    const orderOf = (seed: number): number[] => {
      const pool = poolOf(20);
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => pool.clients.indexOf(pool.acquire(random)));
    };
    expect(orderOf(3)).toEqual(orderOf(3));
    expect(orderOf(3)).not.toEqual(orderOf(4));
  });

  it('makes a copy where all clients are connected', () => {
    const pool = poolOf(2);
    const random = seededRandom(1);
    const three = [pool.acquire(random), pool.acquire(random), pool.acquire(random)];
    expect(new Set(three).size).toBe(3);
  });
});
