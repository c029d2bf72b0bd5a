import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { Attempt, Client, Engine, Outcome, Work } from '../../src/engine/engine.ts';
import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { attemptOf, type HandshakeResult } from '../../src/engine/perform.ts';
import { performScripts, type Script } from '../../src/engine/script.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { testSettings } from './settings.ts';

const clientOf = (port: number): Client => ({ settings: testSettings({ port }), close: () => undefined });

/** An engine on a clock of its own: each handshake takes so long, and nothing else does. */
class TimedEngine {
  nowNs = 0;
  most = 0;
  readonly startsNs: number[] = [];
  readonly #handshakeNs: number;

  constructor(handshakeNs: number) {
    this.#handshakeNs = handshakeNs;
  }

  run<Own extends Attempt>(work: Work<Own>): Promise<void> {
    const inFlight: { readonly attempt: Own; readonly endNs: number }[] = [];
    for (;;) {
      for (let next = work.next(this.nowNs); next !== undefined; next = work.next(this.nowNs)) {
        inFlight.push({ attempt: next, endNs: this.nowNs + this.#handshakeNs });
        this.startsNs.push(this.nowNs);
      }
      this.most = Math.max(this.most, inFlight.length);
      const [first] = inFlight;
      const dueNs = work.dueNs();
      if (work.isCancelled() || (first === undefined && dueNs === Number.POSITIVE_INFINITY)) return Promise.resolve();
      this.nowNs = Math.max(this.nowNs, Math.min(first?.endNs ?? Number.POSITIVE_INFINITY, dueNs));
      if (first === undefined || first.endNs > this.nowNs) continue;
      inFlight.shift();
      work.settled(first.attempt, { bytesIn: first.attempt.client.settings.port, negotiated: () => ({}) } as unknown as Outcome);
    }
  }

  get engine(): Engine {
    return { name: 'node', run: (work: Work) => this.run(work) } as Partial<Engine> as Engine;
  }
}

/** Makes so many handshakes with a port, and notes what came of them. */
const script = function* (port: number, handshakes: number, results: HandshakeResult[]): Script {
  for (let made = 0; made < handshakes; made++) results.push(yield attemptOf(clientOf(port)));
};

const FAST = { concurrency: 8, perSecond: 1e6 };

it('resumes each script with the result of its own attempt', async () => {
  const [one, two]: [HandshakeResult[], HandshakeResult[]] = [[], []];
  await performScripts(new TimedEngine(1e6).engine, [script(1, 3, one), script(2, 2, two)], FAST);
  expect([one, two].map((results) => results.map(({ bytesIn }) => bytesIn))).toEqual([
    [1, 1, 1],
    [2, 2],
  ]);
});

it('has no more scripts in flight than it may', async () => {
  const timed = new TimedEngine(1e6);
  const results: HandshakeResult[] = [];
  const scripts = Array.from({ length: 20 }, (_, port) => script(port, 5, results));
  await performScripts(timed.engine, scripts, { ...FAST, concurrency: 3 });
  expect({ most: timed.most, made: results.length }).toEqual({ most: 3, made: 100 });
});

it('starts no more in a second than it may, slices included', async () => {
  const timed = new TimedEngine(1e6);
  const results: HandshakeResult[] = [];
  await performScripts(timed.engine, [script(1, 50, results), script(2, 50, results)], { ...FAST, perSecond: 100 });
  expect(results).toHaveLength(100);
  const first = timed.startsNs[0] ?? 0;
  for (const [made, startNs] of timed.startsNs.entries()) {
    // What was missed within a slice may be made up for.
    expect(made).toBeLessThanOrEqual(((startNs - first) / 1e9) * 100 + 11);
  }
  expect(timed.nowNs).toBeGreaterThan(0.85e9);
});

it('leaves the scripts where they are when it is ended', async () => {
  const controller = new AbortController();
  const results: HandshakeResult[] = [];
  await performScripts(new TimedEngine(1e6).engine, [script(1, 1000, results)], {
    ...FAST,
    signal: controller.signal,
    onSettled: () => {
      if (results.length === 10) controller.abort();
    },
  });
  expect(results).toHaveLength(10);
});

it('begins no attempt before its time, and others meanwhile', async () => {
  const timed = new TimedEngine(1e6);
  const results: HandshakeResult[] = [];
  const late = function* (): Script {
    results.push(yield { ...attemptOf(clientOf(2)), notBeforeNs: 0.25e9 });
  };
  await performScripts(timed.engine, [late(), script(1, 3, results)], FAST);
  expect(results.map(({ bytesIn }) => bytesIn)).toEqual([1, 1, 1, 2]);
  expect(timed.startsNs.at(-1)).toBe(0.25e9);
});

it('is not held up by a server that says nothing, and drops that at the signal', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
  const engine = openOpenSslEngine();
  const timeoutMs = 20_000;
  const clients = [(silent.address() as AddressInfo).port, server.port].map((port) =>
    engine.client(testSettings({ port, verify: false, handshakeTimeoutMs: timeoutMs })),
  );
  const made: number[] = [];
  const ended = new AbortController();
  // Several slices long: the signal comes while the silent server is waited for.
  const handshakes = function* (client: Client, times: number): Script {
    for (let time = 0; time < times; time++) {
      const { failure } = yield attemptOf(client);
      made.push(client.settings.port);
      if (failure !== undefined) throw new Error(failure.kind);
    }
    setImmediate(() => {
      ended.abort();
    });
  };
  const startMs = performance.now();
  const scripts = clients.map((client, i) => handshakes(client, i === 0 ? 1 : 30));
  await performScripts(engine, scripts, { concurrency: 2, perSecond: 100, signal: ended.signal });
  expect(performance.now() - startMs).toBeLessThan(timeoutMs);
  expect(made).toEqual(Array.from({ length: 30 }, () => server.port));
  for (const client of clients) client.close();
  engine.close();
  silent.close();
  await server.close();
});
