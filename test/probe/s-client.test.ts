import { createHash } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { PROTOCOLS, type Protocol } from '../../src/domain/protocol.ts';
import { renderProbe } from '../../src/report/probe/formats.ts';
import { startNginx, type Nginx, type NginxOptions } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { SClient } from '../target/reference/s-client.ts';
import { probeServers } from './probed.ts';

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const openssl = findProgram('openssl', 'openssl');

const client = new SClient(openssl ?? '');
let server: Nginx | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => client.close());

/** A session as the output of either program shows it. Empty where a line is missing. */
interface Shown {
  readonly protocol: string;
  readonly cipher: string;
  readonly hintS: string;
  readonly isReused: boolean;
}

const shownIn = (text: string): Shown => ({
  protocol: lineOf(text, 'Protocol'),
  cipher: lineOf(text, 'Cipher'),
  hintS: lineOf(text, 'TLS session ticket lifetime hint'),
  isReused: /^Reused, TLSv1/mu.test(text),
});

const lineOf = (text: string, label: string): string => new RegExp(`^ +${label} *: *(\\S*)`, 'mu').exec(text)?.[1] ?? '';

/** The bytes of the first ticket that s_client dumps. */
const dumpedTicket = (text: string): Buffer => {
  const [dump = ''] = /(?<=TLS session ticket:\n)(?: +[0-9a-f]{4} - .*\n)+/u.exec(text) ?? [];
  return Buffer.from(dump.replaceAll(/^ +[0-9a-f]{4} - ([0-9a-f -]{47}).*$/gmu, '$1').replaceAll(/[^0-9a-f]/gu, ''), 'hex');
};

/** Of our own output: the length of the session ID, and that of the tickets. */
const bytesIn = (text: string, label: string): number =>
  Number(new RegExp(`${label}: .*?(\\d+) bytes`, 'u').exec(text)?.[1] ?? 0);

/** What s_client prints of a full handshake, and of the one that offers its session. */
const openssls = async (nginx: Nginx, protocol: Protocol, ...args: string[]) => {
  const at = { address: '127.0.0.1', port: nginx.port, certificate: nginx.certificate };
  const version = protocol === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
  const path = await client.path(`${protocol} ${args.join()}`);
  const full = await client.run(at, version, ...args, '-sess_out', path);
  return { full, again: await client.run(at, version, ...args, '-sess_in', path) };
};

const ours = async (nginx: Nginx, protocol: Protocol): Promise<string> =>
  renderProbe(await probeServers([nginx], { protocols: [protocol], tries: 2 }), 's_client');

/** The two clients offer their suites in different orders: the server decides. */
const directives = ['ssl_prefer_server_ciphers on;'];
const BEFORE: NginxOptions = { cache: 'off', tickets: false, directives };
const AFTER: NginxOptions = { cache: 'off', tickets: true, directives };

describe.skipIf(nginx === undefined || openssl === undefined)('--format s_client beside openssl s_client', () => {
  describe.each(PROTOCOLS)('%s', (protocol) => {
    it.each([
      { name: 'before: nothing is resumed', options: BEFORE },
      { name: 'after: tickets of 300 s', options: AFTER },
    ])('$name', async ({ options }) => {
      server = await startNginx(nginx ?? '', options);
      const text = await ours(server, protocol);
      const { full, again } = await openssls(server, protocol);
      expect(shownIn(text)).toEqual({ ...shownIn(full), isReused: shownIn(again).isReused });
      expect(shownIn(text)).toMatchObject({ protocol, isReused: options.tickets });
      expect(bytesIn(text, 'TLS session ticket')).toBe(dumpedTicket(full).length);
    });
  });

  it('shows the session ID of the server, where s_client makes up one of its own from a ticket', async () => {
    server = await startNginx(nginx ?? '', AFTER);
    const { full } = await openssls(server, 'TLSv1.2');
    const madeUp = createHash('sha256').update(dumpedTicket(full)).digest('hex');
    expect(lineOf(full, 'Session-ID').toLowerCase()).toBe(madeUp);
    const text = await ours(server, 'TLSv1.2');
    expect(bytesIn(text, 'Session-ID')).toBe(0);
    expect(text).toContain('Reconnect by session-id: not tried\n');
  });

  it.each([
    { name: 'of 32 bytes from a cache', options: { cache: 'shared', tickets: false }, bytes: 32 },
    { name: 'of none', options: BEFORE, bytes: 0 },
  ] as const)('has the same session ID $name', async ({ options, bytes }) => {
    server = await startNginx(nginx ?? '', options);
    const { full, again } = await openssls(server, 'TLSv1.2', '-no_ticket');
    expect(lineOf(full, 'Session-ID')).toHaveLength(2 * bytes);
    const text = await ours(server, 'TLSv1.2');
    expect(bytesIn(text, 'Session-ID')).toBe(bytes);
    expect(shownIn(text).isReused).toBe(shownIn(again).isReused);
  });
});
