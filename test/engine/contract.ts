import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../src/domain/judgement.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { ClientSettings, Engine } from '../../src/engine/engine.ts';
import { attemptOf, perform, performOne } from '../../src/engine/perform.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { freePort } from '../../src/target/ports.ts';
import { startRudeServer } from '../servers/rude-server.ts';
import { handshake } from './handshake.ts';

/** What every engine must do, whatever it is made of. A server of its own process stands on the other side. */
export const describeEngineContract = (name: string, open: () => Engine): void => {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    let server: ReferenceServer;
    let other: ReferenceServer;

    beforeAll(async () => {
      engine = open();
      server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'] });
      other = await startReferenceServer({ keyType: 'rsa-2048', resumption: [] });
    });
    afterAll(async () => {
      engine.close();
      await Promise.all([server.close(), other.close()]);
    });

    const settings = (protocol: Protocol, mode: Mode, change: Partial<ClientSettings> = {}): ClientSettings => ({
      protocol,
      mode,
      address: server.address,
      port: server.port,
      serverName: 'localhost',
      verify: true,
      ca: server.certificate,
      identity: undefined,
      alpn: [],
      ciphers: undefined,
      groups: undefined,
      keyShare: 'fresh',
      checksSignature: true,
      close: 'reset',
      sources: [],
      keyLog: undefined,
      request: undefined,
      connectTimeoutMs: 2000,
      handshakeTimeoutMs: 2000,
      ticketTimeoutMs: 500,
      firstByteTimeoutMs: 500,
      ...change,
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s full: is not resumed, by its own word and by the hellos', async (protocol) => {
      // Newer libraries would take a hybrid group first.
      const client = engine.client(settings(protocol, 'full', { groups: 'X25519:P-256' }));
      const { evidence, negotiated } = await handshake(engine, client);
      expect(evidence).toEqual({
        protocol,
        resumed: false,
        offered: undefined,
        earlyData: 'none',
        hello: { protocol, resumed: false, offered: 'nothing', helloRetry: false },
      });
      expect(negotiated).toMatchObject({ keyType: 'ecdsa-p256', group: 'X25519' });
      expect(negotiated?.certificateSha256).toMatch(/^[\da-f]{64}$/u);
    });

    it.each([
      { protocol: 'TLSv1.2', mode: 'session-id', mechanism: 'session-id', hello: 'session-id' },
      { protocol: 'TLSv1.2', mode: 'ticket', mechanism: 'ticket', hello: 'ticket' },
      { protocol: 'TLSv1.3', mode: 'ticket', mechanism: 'psk', hello: 'psk' },
    ] as const)(
      '$protocol $mode: is resumed by $mechanism, and the server counts it',
      async ({ protocol, mode, mechanism, hello }) => {
        const client = engine.client(settings(protocol, mode));
        const { session } = await handshake(engine, client);
        expect(session?.mechanism).toBe(mechanism);
        const before = await server.counts();
        const { evidence, failure } = await handshake(engine, client, { session });
        expect(failure).toBeUndefined();
        expect(evidence).toMatchObject({ resumed: true, offered: mechanism, hello: { resumed: true, offered: hello } });
        expect(judge({ mode, protocol, expired: false }, evidence)).toBe('honoured');
        const after = await server.counts();
        expect(after.resumed - before.resumed).toBe(1);
      },
    );

    it('offers nothing in a handshake that is given no session, however many came before', async () => {
      const client = engine.client(settings('TLSv1.2', 'ticket'));
      await handshake(engine, client);
      const { evidence } = await handshake(engine, client);
      expect(evidence).toMatchObject({ resumed: false, offered: undefined, hello: { offered: 'nothing' } });
    });

    it('says refused, not resumed, when another server is offered the session', async () => {
      const { session } = await handshake(engine, engine.client(settings('TLSv1.3', 'ticket')));
      const stranger = engine.client(settings('TLSv1.3', 'ticket', { port: other.port, ca: other.certificate }));
      const { evidence } = await handshake(engine, stranger, { session });
      expect(evidence).toMatchObject({ resumed: false, offered: 'psk', hello: { resumed: false, offered: 'psk' } });
      expect(judge({ mode: 'ticket', protocol: 'TLSv1.3', expired: false }, evidence)).toBe('refused');
    });

    it('times the connect, the handshake and the ticket apart, in order', async () => {
      const performed = await handshake(engine, engine.client(settings('TLSv1.3', 'ticket')));
      expect(performed.connectNs).toBeGreaterThan(0);
      expect(performed.handshakeNs).toBeGreaterThan(0);
      expect(performed.ticketNs).toBeGreaterThan(0);
      expect(performed.startNs + performed.connectNs + performed.handshakeNs + performed.ticketNs).toBeLessThanOrEqual(
        performed.endNs,
      );
      expect(performed.bytesIn).toBeGreaterThan(500);
      expect(performed.bytesOut).toBeGreaterThan(200);
    });

    it('waits for no ticket when it is not asked to', async () => {
      const client = engine.client(settings('TLSv1.3', 'ticket', { port: other.port, ca: other.certificate }));
      const performed = await handshake(engine, client, { awaitTicket: false, closeNotify: false });
      expect(performed.ticketNs).toBe(0);
    });

    it.each([
      { protocol: 'TLSv1.2', mode: 'full' },
      { protocol: 'TLSv1.2', mode: 'ticket' },
      { protocol: 'TLSv1.3', mode: 'full' },
      { protocol: 'TLSv1.3', mode: 'ticket' },
    ] as const)(
      '$protocol $mode: asks behind the handshake, and times the first byte of the answer',
      async ({ protocol, mode }) => {
        const client = engine.client(settings(protocol, mode, { request: 'GET / HTTP/1.0\r\n\r\n' }));
        const { session } = mode === 'ticket' ? await handshake(engine, client) : { session: undefined };
        const performed = await handshake(engine, client, { session, closeNotify: false });
        expect(performed.evidence.resumed).toBe(mode === 'ticket');
        expect(performed.firstByteNs).toBeGreaterThan(performed.handshakeNs);
        expect(performed.answerStatus).toBe(200);
        expect(performed.startNs + performed.connectNs + performed.firstByteNs).toBeLessThanOrEqual(performed.endNs);
      },
    );

    it('gives an answer up that does not come, and the handshake stands', async () => {
      const client = engine.client(settings('TLSv1.3', 'full', { request: '', firstByteTimeoutMs: 100 }));
      const performed = await handshake(engine, client, { closeNotify: false });
      expect(performed.failure).toBeUndefined();
      expect(performed.firstByteNs).toBe(0);
      expect(performed.ticketNs).toBeGreaterThan(0);
    });

    it('asks nothing where the attempt does not', async () => {
      const client = engine.client(settings('TLSv1.3', 'full', { request: 'x' }));
      expect((await handshake(engine, client, { sendsRequest: false })).firstByteNs).toBe(0);
    });

    it('keeps many in flight at once, each settled once, all resumed', async () => {
      const client = engine.client(settings('TLSv1.2', 'ticket'));
      const { session } = await handshake(engine, client);
      const attempts = Array.from({ length: 300 }, () => attemptOf(client, { session, closeNotify: false }));
      const performed = await perform(engine, attempts, 50);
      expect(performed).toHaveLength(300);
      expect(performed.filter(({ evidence, failure }) => failure === undefined && evidence.resumed)).toHaveLength(300);
    });

    it('types a refused connection', async () => {
      const client = engine.client(settings('TLSv1.3', 'full', { port: await freePort() }));
      const performed = await performOne(engine, attemptOf(client));
      expect(performed.failure).toEqual({ kind: 'refused', detail: '' });
    });

    it('types a certificate that is not trusted, and takes it when it is not to be verified', async () => {
      const distrusting = engine.client(settings('TLSv1.3', 'full', { ca: other.certificate }));
      const performed = await performOne(engine, attemptOf(distrusting));
      expect(performed.failure?.kind).toBe('certificate');
      await handshake(engine, engine.client(settings('TLSv1.3', 'full', { ca: undefined, verify: false })));
    });

    it('types a certificate of another name', async () => {
      const performed = await performOne(
        engine,
        attemptOf(engine.client(settings('TLSv1.2', 'full', { serverName: 'example.test' }))),
      );
      expect(performed.failure).toEqual({ kind: 'certificate', detail: 'name_mismatch' });
    });

    it('checks an address against the certificate when there is no server name', async () => {
      await handshake(engine, engine.client(settings('TLSv1.3', 'full', { serverName: undefined })));
    });

    it('types an alert by its name', async () => {
      const client = engine.client(settings('TLSv1.2', 'full', { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }));
      const performed = await performOne(engine, attemptOf(client));
      expect(performed.failure).toEqual({ kind: 'alert', detail: 'handshake_failure' });
    });

    it.each([
      { behaviour: 'close', kind: 'closed' },
      { behaviour: 'silence', kind: 'handshake-timeout' },
    ] as const)('types a server that answers with $behaviour', async ({ behaviour, kind }) => {
      const rude = await startRudeServer(behaviour);
      const client = engine.client(settings('TLSv1.3', 'full', { port: rude.port, handshakeTimeoutMs: 300 }));
      const performed = await performOne(engine, attemptOf(client));
      await rude.close();
      expect(performed.failure?.kind).toBe(kind);
    });

    it('refuses settings that its library does not know, naming them', () => {
      expect(() => engine.client(settings('TLSv1.2', 'full', { ciphers: 'NO-SUCH-CIPHER' }))).toThrow(/NO-SUCH-CIPHER/u);
      expect(() => engine.client(settings('TLSv1.3', 'full', { groups: 'no-such-group' }))).toThrow(/no-such-group/u);
    });

    it('returns within 50 ms of a cancellation at full load', async () => {
      const client = engine.client(settings('TLSv1.2', 'ticket'));
      const untilReturnMs = async (): Promise<number> => {
        let inFlight = 0;
        let handshakes = 0;
        let cancelledMs: number | undefined;
        await engine.run({
          next: () => {
            if (inFlight === 64) return undefined;
            inFlight += 1;
            return { client, session: undefined, awaitTicket: false, sendsRequest: false, closeNotify: false, tap: false };
          },
          dueNs: () => Number.POSITIVE_INFINITY,
          settled: (_attempt, { session }) => {
            session?.free();
            inFlight -= 1;
            handshakes += 1;
            if (handshakes === 300) cancelledMs = performance.now();
          },
          isCancelled: () => cancelledMs !== undefined,
        });
        return performance.now() - (cancelledMs ?? 0);
      };
      // Other programs on the machine can only make it slower.
      const times = [await untilReturnMs(), await untilReturnMs(), await untilReturnMs()];
      expect(Math.min(...times)).toBeLessThan(50);
    });

    it('drops what is in flight when the work is cancelled, without settling it', async () => {
      const held = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [], delayMs: 5000 });
      const client = engine.client(
        settings('TLSv1.3', 'full', { port: held.port, ca: held.certificate, handshakeTimeoutMs: 20_000 }),
      );
      const startMs = performance.now();
      let isStarted = false;
      let isSettled = false;
      await engine.run({
        next: () => {
          if (isStarted) return undefined;
          isStarted = true;
          return { client, session: undefined, awaitTicket: false, sendsRequest: false, closeNotify: false, tap: true };
        },
        dueNs: () => Number.POSITIVE_INFINITY,
        isCancelled: () => performance.now() - startMs > 200,
        settled: () => {
          isSettled = true;
        },
      });
      expect(isSettled).toBe(false);
      expect(performance.now() - startMs).toBeLessThan(2000);
      await held.close();
    });
  });
};
