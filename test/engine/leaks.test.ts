import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, Client, Engine } from '../../src/engine/engine.ts';
import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { attemptOf, perform } from '../../src/engine/perform.ts';
import { openWireEngine } from '../../src/engine/wire/engine.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { CountingLibrary } from './counting-library.ts';
import { handshake } from './handshake.ts';
import { testSettings } from './settings.ts';

/** Engines that are opened and closed in one process, as a calibration does. */
const ENGINES = 4;

const OPENERS: Readonly<Record<string, (library: CountingLibrary) => Engine>> = {
  openssl: (library) => openOpenSslEngine({}, library),
  wire: (library) => openWireEngine({}, library),
};

describe.each(Object.keys(OPENERS))('engine %s', (name) => {
  let server: ReferenceServer;
  beforeAll(async () => {
    server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'] });
  });
  afterAll(() => server.close());

  it('leaves nothing behind: of handshakes that finish, that fail, and that are cancelled', async () => {
    const before = descriptors();
    const library = new CountingLibrary();
    for (let i = 0; i < ENGINES; i++) {
      const engine = OPENERS[name]?.(library);
      if (engine === undefined) throw new RangeError(name);
      await use(engine, server);
      const madeSoFar = library.made;
      engine.close();
      expect(library.alive).toEqual({});
      expect(library.made).toBe(madeSoFar);
    }
    expect(library.made).toBeGreaterThan(ENGINES * 50);
    expect(descriptors()).toBe(before);
  });

  it('still holds what it keeps for its slots until it is closed', async () => {
    const library = new CountingLibrary();
    const engine = OPENERS[name]?.(library);
    if (engine === undefined) throw new RangeError(name);
    await use(engine, server);
    expect(library.alive).not.toEqual({});
    engine.close();
    expect(library.alive).toEqual({});
  });
});

const use = async (engine: Engine, { port, certificate: ca }: ReferenceServer): Promise<void> => {
  for (const protocol of ['TLSv1.2', 'TLSv1.3'] as const) {
    // Key pairs of P-256 are objects of the library, those of X25519 are plain bytes where they can be.
    for (const groups of ['X25519:P-256', 'P-256']) {
      const client = engine.client(testSettings({ port, ca, protocol, groups, mode: 'ticket' }));
      const { session } = await handshake(engine, client);
      await performMany(engine, attemptOf(client, { session, awaitTicket: false, closeNotify: false }), 40);
      await performMany(engine, attemptOf(client, { closeNotify: false }), 4);
      session?.free();
      client.close();
      const failing = engine.client(testSettings({ port, ca: undefined, protocol, groups }));
      await performMany(engine, attemptOf(failing), 4);
      failing.close();
    }
  }
  await cancelled(engine, engine.client(testSettings({ port, ca })));
};

const performMany = async (engine: Engine, attempt: Attempt, count: number): Promise<void> => {
  const results = await perform(
    engine,
    Array.from({ length: count }, () => attempt),
    count,
  );
  for (const { session } of results) session?.free();
};

/** Starts 30 and drops them on the way. */
const cancelled = async (engine: Engine, client: Client): Promise<void> => {
  let started = 0;
  await engine.run({
    next: () => (started++ < 30 ? attemptOf(client) : undefined),
    dueNs: () => Number.POSITIVE_INFINITY,
    isCancelled: () => started > 30,
    settled: (_, outcome) => outcome.session?.free(),
  });
  client.close();
};

/** Sockets, epolls and timers of this process. */
const descriptors = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /^socket:|eventpoll|timerfd/u.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;
