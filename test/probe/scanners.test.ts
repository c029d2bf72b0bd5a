import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ProbeRecord } from '../../src/domain/probe-record.ts';
import { findProgram } from '../servers/require-program.ts';
import { SClient } from '../target/reference/s-client.ts';
import { probeServers, resumptions } from './probed.ts';
import { scannedNginx, scannedReference, type ScannedServer } from './scanned-servers.ts';

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream') ?? '';
const openssl = findProgram('openssl', 'openssl') ?? '';
const sslscan = findProgram('sslscan', 'sslscan') ?? '';

const client = new SClient(openssl);
let server: ScannedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => client.close());

/** The servers of the table in docs/probe.md, with what our probe says of them and what `s_client -reconnect` does in TLS 1.2. */
const ROWS = [
  {
    name: 'nginx with a cache and tickets',
    start: () => scannedNginx(nginx, { cache: 'shared', tickets: true }),
    old: ['ticket 10/10', 'session-id 10/10'],
    psk: ['psk 10/10'],
    reconnected: 5,
  },
  {
    name: 'nginx with tickets only',
    start: () => scannedNginx(nginx, { cache: 'off', tickets: true }),
    old: ['ticket 10/10', 'session-id 0/0'],
    psk: ['psk 10/10'],
    reconnected: 5,
  },
  {
    name: 'nginx with a cache only',
    start: () => scannedNginx(nginx, { cache: 'shared', tickets: false }),
    old: ['ticket 0/0', 'session-id 10/10'],
    psk: ['psk-stateful 10/10'],
    reconnected: 5,
  },
  {
    name: 'nginx with neither',
    start: () => scannedNginx(nginx, { cache: 'off', tickets: false }),
    old: ['ticket 0/0', 'session-id 0/0'],
    psk: ['psk-stateful 0/10'],
    reconnected: 0,
  },
  {
    name: 'nginx with ssl_session_cache none',
    start: () => scannedNginx(nginx, { cache: 'none', tickets: false }),
    old: ['ticket 0/0', 'session-id 0/10'],
    psk: ['psk-stateful 0/10'],
    reconnected: 0,
  },
  {
    name: 'a server that honours none of its tickets',
    start: () => scannedReference({ resumption: 'tickets', faults: { ignoreTickets: true } }),
    old: ['ticket 0/10', 'session-id 0/0'],
    psk: ['psk 0/10'],
    reconnected: 0,
  },
  {
    name: 'a balancer that takes turns between two servers with keys of their own',
    start: () => scannedReference({ resumption: 'tickets', nodes: '2', ticketKeys: 'own' }),
    old: [expect.stringMatching(/^ticket [1-9]\/10$/u), 'session-id 0/0'],
    psk: [expect.stringMatching(/^psk [1-9]\/10$/u)],
    // Each reconnection goes to the server that did not give the session.
    reconnected: 0,
  },
] as const;

/** Performs something, and counts the resumptions in the server's own account of it. */
const accounted = async <Result>(
  { counts }: ScannedServer,
  act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly resumed: number }> => {
  const before = await counts();
  const result = await act();
  return { result, resumed: (await counts()).resumed - before.resumed };
};

/** All resumptions that a probe claims: each try that was honoured, and the session that was offered again. */
const claimed = ({ addresses }: ProbeRecord): number =>
  addresses
    .flatMap(({ protocols }) => protocols.flatMap((each) => (each.state === 'negotiated' ? each.resumption : [])))
    .reduce((sum, { honoured, reused }) => sum + honoured + (reused === 'honoured' ? 1 : 0), 0);

/** The handshakes in the output of s_client, which has a line for each. */
const printed = (text: string): { readonly handshakes: number; readonly resumed: number } => ({
  handshakes: text.match(/^(?:New|Reused), TLSv1/gmu)?.length ?? 0,
  resumed: text.match(/^Reused, TLSv1/gmu)?.length ?? 0,
});

describe.skipIf([nginx, openssl, sslscan].includes(''))(
  'scanners of the same server (Debian: nginx-light, openssl, sslscan)',
  () => {
    describe.each(ROWS)('$name', ({ start, old, psk, reconnected }) => {
      it('our probe says what the server has counted', async () => {
        const scanned = (server = await start());
        for (const [protocol, expected] of [['TLSv1.2', old] as const, ['TLSv1.3', psk] as const]) {
          const { result, resumed } = await accounted(scanned, () =>
            probeServers([scanned], { protocols: [protocol], tries: 10 }),
          );
          expect(resumptions(result.addresses[0], protocol)).toEqual(expected);
          expect(claimed(result)).toBe(resumed);
        }
      });

      it('s_client -reconnect resumes in TLS 1.2 at most, and saved sessions say what the server does', async () => {
        const scanned = (server = await start());
        const reconnect = (version: string) => accounted(scanned, () => client.run(scanned, version, '-reconnect'));
        const [older, newer] = [await reconnect('-tls1_2'), await reconnect('-tls1_3')];
        expect(printed(older.result)).toEqual({ handshakes: 6, resumed: reconnected });
        expect(older.resumed).toBe(reconnected);
        // It closes before it has read a ticket, so that it has none to offer.
        expect(printed(newer.result)).toEqual({ handshakes: 6, resumed: 0 });
        expect(newer.resumed).toBe(0);
        const path = await client.path('session');
        await client.run(scanned, '-tls1_3', '-sess_out', path);
        const saved = await accounted(scanned, () => client.run(scanned, '-tls1_3', '-sess_in', path));
        expect(printed(saved.result)).toEqual({ handshakes: 1, resumed: saved.resumed });
        expect(saved.resumed).toBe(String(psk[0]).endsWith(' 10/10') ? 1 : 0);
      });

      it('sslscan tries no resumption', async () => {
        const scanned = (server = await start());
        const at = `${scanned.address}:${String(scanned.port)}`;
        const { result, resumed } = await accounted(scanned, () => promisify(execFile)(sslscan, ['--no-colour', at]));
        expect(result.stdout).toContain('Supported Server Cipher');
        expect(result.stdout).not.toMatch(/resum|ticket/iu);
        expect(resumed).toBe(0);
      });
    });
  },
);
