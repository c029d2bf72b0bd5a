import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { liveConnections } from '../../src/engine/openssl/connection.ts';
import { liveSessions } from '../../src/engine/openssl/session.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference-server.ts';
import { handshake } from './handshake.ts';
import { attemptOf, perform } from '../../src/engine/perform.ts';
import { testSettings } from './settings.ts';

/** Sockets and epolls of this process. */
const descriptors = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /^socket:|eventpoll/u.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;

describe('engine openssl frees', () => {
  let server: ReferenceServer;
  beforeAll(async () => {
    server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'] });
  });
  afterAll(() => server.close());

  it('every connection, session and descriptor: of handshakes that finish, that fail, and that are cancelled', async () => {
    const before = descriptors();
    const engine = openOpenSslEngine();
    const change = { port: server.port, ca: server.certificate } as const;
    for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = engine.client(testSettings({ ...change, protocol, mode: 'ticket' }));
      const { session } = await handshake(engine, client);
      const many = await perform(
        engine,
        Array.from({ length: 200 }, () => attemptOf(client, { session, closeNotify: false })),
        40,
      );
      expect(many.every(({ failure }) => failure === undefined)).toBe(true);
      for (const one of many) one.session?.free();
      session?.free();
      const failing = engine.client(testSettings({ ...change, protocol, ca: undefined }));
      await perform(
        engine,
        Array.from({ length: 20 }, () => attemptOf(failing)),
        5,
      );
      client.close();
      failing.close();
    }
    await cancelled(engine, engine.client(testSettings(change)));
    expect({ connections: liveConnections.count, sessions: liveSessions.count }).toEqual({ connections: 0, sessions: 0 });
    engine.close();
    expect(descriptors()).toBe(before);
  });

  /** Starts 30 and drops them on the way. */
  const cancelled = async (
    engine: ReturnType<typeof openOpenSslEngine>,
    client: ReturnType<typeof engine.client>,
  ): Promise<void> => {
    let started = 0;
    await engine.run({
      next: () =>
        started++ < 30
          ? { client, session: undefined, awaitTicket: false, sendsRequest: false, closeNotify: false, tap: false }
          : undefined,
      dueNs: () => Number.POSITIVE_INFINITY,
      isCancelled: () => started > 30,
      settled: (_, outcome) => outcome.session?.free(),
    });
    client.close();
  };
});
