import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeEvent } from '../../src/domain/probe-event.ts';
import type { Bracket, WatchReport } from '../../src/domain/watch-report.ts';
import { decodeProbe, decodeServer, type RawSettings } from '../../src/scenario/decode.ts';
import { probe } from '../../src/run/studies/probe.ts';
import { renderProbe } from '../../src/report/probe/formats.ts';
import { openReferenceFleet, serverSettings } from '../../src/target/fleet/reference-fleet.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';

const running: OpenTarget[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

interface Watching {
  readonly watch: WatchReport;
  readonly events: readonly ProbeEvent[];
}

/** Watches the nodes of reference servers; what they do is known from their settings. */
const watchNodes = async (
  server: RawSettings,
  settings: RawSettings = {},
  endsAt: ProbeEvent['kind'] | 'never' = 'never',
): Promise<Watching> => {
  const decoded = decodeServer({ resumption: 'tickets', ...server });
  const fleet = await openReferenceFleet(serverSettings(decoded), decoded);
  running.push(fleet);
  const nodes = fleet.fleet?.nodes ?? [fleet];
  const events: ProbeEvent[] = [];
  const interrupt = new AbortController();
  let announced = 0;
  const { watch, addresses } = await probe(
    nodes.map(({ address, port }) => `${address}:${String(port)}`),
    decodeProbe({
      tls: { insecure: true },
      protocols: ['1.3'],
      tries: 2,
      seed: 1,
      watch: '5s',
      watchEvery: '100ms',
      ...settings,
    }),
    {
      signal: interrupt.signal,
      onStart: ({ connections }) => (announced = connections),
      onEvent: (event) => {
        events.push(event);
        if (event.kind === endsAt) interrupt.abort();
      },
    },
  );
  for (const { connections } of addresses) expect(connections).toBeLessThanOrEqual(announced);
  if (watch === null) throw new Error('nothing was watched');
  return { watch, events };
};

/** Fails with the bounds in its message. */
const expectEnclosed = (bracket: Bracket | null | undefined, leastMs: number, mostMs = leastMs): void => {
  expect(bracket).not.toBeNull();
  expect(bracket?.lowMs).toBeLessThanOrEqual(mostMs);
  expect(bracket?.highMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(leastMs);
};

describe('a probe that watches reference servers', () => {
  it('encloses the period of a rotation, and the grace of one more period', async () => {
    const { watch, events } = await watchNodes({ ticketRotation: { every: '1s', keep: '1' } });
    const [watched] = watch.addresses;
    expect(watched?.keys.length).toBeGreaterThanOrEqual(5);
    expect(watched?.period).toMatchObject({ isRegular: true });
    expect(watched?.period?.highMs).not.toBeNull();
    expectEnclosed(watched?.period, 1000);
    expectEnclosed(watched?.grace, 1000);
    // Each new key is named as it comes.
    const named = events.flatMap((event) => (event.kind === 'new-key' ? [event.name] : []));
    expect(named).toEqual(watched?.keys.slice(1).map(({ name }) => name));
    // Each renewal is made under the newest key.
    expect(watched?.chain?.highMs).toBeNull();
  });

  it('sees that there is no grace', async () => {
    const { watch, events } = await watchNodes({ ticketRotation: { every: '1s', keep: '0' } });
    const [watched] = watch.addresses;
    expectEnclosed(watched?.period, 1000);
    expect(watched?.grace).toMatchObject({ lowMs: 0 });
    expect(watched?.grace?.highMs).not.toBeNull();
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['grace-over', 'chain-over']));
  });

  it('encloses by how much one node changes later than the other', async () => {
    const { watch } = await watchNodes({
      nodes: '2',
      ticketKeys: 'shared',
      ticketRotation: { every: '1500ms', keep: '1', phase: '600ms' },
    });
    expect(watch.lags).toMatchObject([{ address: 0, after: 1 }]);
    expectEnclosed(watch.lags[0], 600);
    for (const { period } of watch.addresses) expectEnclosed(period, 1500);
  });

  it('finds no lag between nodes that change together', async () => {
    const { watch } = await watchNodes({ nodes: '2', ticketKeys: 'shared', ticketRotation: { every: '1s', keep: '1' } });
    expect(watch.lags).toEqual([]);
  });

  it.each(['1.2', '1.3'])('encloses the lifetime of a session, TLS %s', async (protocol) => {
    const { watch } = await watchNodes({ ticketLifetime: '1s' }, { protocols: [protocol] });
    const [watched] = watch.addresses;
    expect(watched?.keys).toHaveLength(1);
    // OpenSSL counts whole seconds: a session that was made at the end of one is taken for nearly one more.
    expect(watched?.lifetime).toMatchObject({ statedS: 1 });
    expect(watched?.lifetime?.highMs).not.toBeNull();
    expectEnclosed(watched?.lifetime, 1000, 2000);
  });

  it('reports what was seen until it is interrupted', async () => {
    const { watch } = await watchNodes({ ticketRotation: { every: '500ms', keep: '1' } }, { watch: '10m' }, 'new-key');
    expect(watch.durationMs).toBeLessThan(60_000);
    expect(watch.addresses[0]?.keys).toHaveLength(2);
  });
});

it('polls on where another address is silent', async () => {
  const settings = { keyType: 'ecdsa-p256', resumption: ['tickets'] } as const;
  const servers = await Promise.all([startReferenceServer(settings), startReferenceServer(settings)]);
  const [silent, other] = servers;
  const events: ProbeEvent[] = [];
  const { watch } = await probe(
    servers.map(({ port }) => `127.0.0.1:${String(port)}`),
    decodeProbe({
      tls: { insecure: true },
      protocols: ['1.3'],
      tries: 2,
      seed: 1,
      timeout: '2s',
      watch: '5s',
      watchEvery: '100ms',
    }),
    {
      onProgress: ({ step }) => {
        if (step === 'watch') process.kill(silent.pid, 'SIGSTOP');
      },
      onEvent: (event) => {
        events.push(event);
      },
    },
  );
  process.kill(silent.pid, 'SIGCONT');
  await Promise.all([silent, other].map((server) => server.close()));
  const [lost, polled] = watch?.addresses ?? [];
  expect(events).toMatchObject([{ kind: 'lost', address: 0 }]);
  expect(lost?.failed).toEqual({ 'handshake-timeout': (lost?.polls ?? 0) - 1 });
  // In rounds of both it would have been polled as often as the silent one.
  expect(polled?.polls).toBeGreaterThan(5 * (lost?.polls ?? Number.POSITIVE_INFINITY));
  expect(polled?.failed).toEqual({});
});

it('says so where there is nothing to watch', async () => {
  const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
  const settings = { tls: { insecure: true }, tries: 1, watch: '10m' };
  const record = await probe([`127.0.0.1:${String(server.port)}`], decodeProbe(settings));
  await server.close();
  expect(record.watch).toMatchObject({ protocol: null, mechanism: null, addresses: [] });
  expect(renderProbe(record, 'table')).toMatch(
    /^Over time\nNo address gives a session that resumes: there was nothing to watch\.$/mu,
  );
  expect(renderProbe(record, 'markdown')).toContain('#### Over time\n\n- No address gives a session that resumes');
  expect(renderProbe(record, 'html')).toContain('<li>No address gives a session that resumes');
});

const BIN = join(import.meta.dirname, '..', '..', 'dist', 'bin.js');

it('prints each event as it comes, and after Ctrl-C what was seen', async () => {
  const decoded = decodeServer({ resumption: 'tickets', ticketRotation: { every: '500ms', keep: '1' } });
  const server = await openReferenceFleet(serverSettings(decoded), decoded);
  running.push(server);
  const target = `127.0.0.1:${String(server.port)}`;
  const args = ['probe', target, '-k', '-n', '2', '--tls', '1.3', '--watch', '10m', '--watch-every', '100ms'];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const isFirst = !printed.includes('new ticket key');
    printed += chunk.toString();
    if (isFirst && printed.includes('new ticket key')) child.kill('SIGINT');
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.exitCode).toBe(130);
  expect(printed).toMatch(/^\d\d:\d\d:\d\d 127\.0\.0\.1:\d+ new ticket key [0-9a-f]{8} after [0-9a-f]{8}$/mu);
  expect(out).toMatch(/^Over .*, polled every 100 ms: TLS 1\.3 by PSK$/mu);
});
