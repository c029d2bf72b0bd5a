import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeRecordSchema } from '../../src/domain/probe-record.ts';
import { serverSettings, openReferenceFleet } from '../../src/target/fleet/reference-fleet.ts';
import type { OpenTarget } from '../../src/target/open-target.ts';
import { decodeServer } from '../../src/scenario/decode.ts';
import { Resumark } from '../e2e/resumark.ts';

let resumark: Resumark;
let fleet: OpenTarget;
let targets: string[];
beforeAll(async () => {
  resumark = await Resumark.create();
  const settings = decodeServer({ nodes: '3', ticketKeys: ['a', 'a', 'b'] });
  fleet = await openReferenceFleet(serverSettings(settings), settings);
  targets = (fleet.fleet?.nodes ?? []).map(({ address, port }) => `${address}:${String(port)}`);
});
afterAll(async () => {
  await fleet.close();
  await resumark.close();
});

/** By the servers' own count. */
const handshakesOf = async ({ counts }: OpenTarget): Promise<number> => (await counts?.())?.handshakes ?? 0;

const QUICK = ['--insecure', '--tries', '4', '--seed', '1'];

describe('resumark probe', () => {
  it('prints the result in a sentence, a table, the map and the cause, and says before how much it will do', async () => {
    const { code, stdout, stderr } = await resumark.run('probe', ...targets, ...QUICK);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^probing 3 addresses, at most \d+ connections to each and 500 connections a second\n$/u);
    expect(stdout).toMatch(/^Resumption works on all 3 addresses; 2 groups of them do not resume each other's sessions/u);
    expect(stdout).toContain('by PSK                  -                                          4 of 4, at least 39.8%');
    expect(stdout).toMatch(new RegExp(`^problem: ${targets[2] ?? ''}, TLS 1\\.3: sessions are not shared`, 'mu'));
  });

  it('prints a record as JSON that fits its schema, with no more connections than it said', async () => {
    const { code, stdout, stderr } = await resumark.run('probe', ...targets, ...QUICK, '--format', 'json');
    expect(code).toBe(0);
    const record = probeRecordSchema.parse(JSON.parse(stdout));
    const most = Number(/at most (\d+)/u.exec(stderr)?.[1]);
    for (const { connections } of record.addresses) expect(connections).toBeLessThanOrEqual(most);
    expect(record.connections).toBe(record.addresses.reduce((sum, { connections }) => sum + connections, 0));
    // No secret: what identifies a ticket or its key is a hash of 8 digits.
    expect(
      record.addresses.flatMap(({ protocols }) =>
        protocols.flatMap((each) => (each.state === 'negotiated' ? each.tickets.keyNames : [])),
      ),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/^[\da-f]{8}$/u)]));
  });

  it.each([
    { expected: 'ticket,psk,session-id,forward-secrecy,no-legacy', code: 0, holds: true },
    { expected: 'shared-keys', code: 99, holds: false },
  ])('--expect $expected ends with $code', async ({ expected, code, holds }) => {
    const table = await resumark.run('probe', ...targets, ...QUICK, '--expect', expected);
    expect(table.code).toBe(code);
    expect(table.stdout.includes('does not hold')).toBe(!holds);
    const json = await resumark.run('probe', ...targets, ...QUICK, '--expect', expected, '--format', 'json', '--quiet');
    expect(json.code).toBe(code);
    expect(json.stderr).toMatch(holds ? /^$/u : /^expected: shared-keys does not hold at 127\.0\.0\.1:\d+: .*\n$/u);
  });

  it('reads targets from a file, with comments, and tells one connection of each kind', async () => {
    const path = join(resumark.results, 'targets.txt');
    await writeFile(path, `# edges\n${targets[0] ?? ''} # the first\n\n${targets[1] ?? ''}\n`);
    const { code, stdout } = await resumark.run('probe', '--targets', path, ...QUICK, '--explain');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Resumption works on /u);
    expect(stdout).not.toContain(targets[2]);
    expect(stdout).toMatch(/→ ClientHello, \d+ bytes/u);
    expect(stdout).toMatch(/← NewSessionTicket, \d+ bytes/u);
  });

  it.each([
    { args: [], message: 'a target is missing' },
    { args: ['--targets', '/nowhere/targets.txt'], message: '--targets /nowhere/targets.txt cannot be read: ENOENT' },
    { args: ['127.0.0.1:1', '--tries', 'many'], message: '--tries must be a whole number of at least 1' },
    { args: ['127.0.0.1:1', '--tls', '1.1'], message: '--tls' },
    { args: ['127.0.0.1:1', '--expect', 'tickets'], message: 'Did you mean ticket?' },
    { args: ['127.0.0.1:1', '--format', 'xml'], message: '--format must be one of table, json' },
    { args: ['127.0.0.1:1', '127.0.0.1:1'], message: 'the targets 127.0.0.1:1 and 127.0.0.1:1 have the same address' },
    {
      args: ['edge.test:443', '--resolve', 'edge.test:443'],
      message: '--resolve must be host:port:address, but it is "edge.test:443"',
    },
    {
      args: ['edge.test:443', '--resolve', 'edge.test:443:192.0.2.1'],
      message:
        'the public address 192.0.2.1, which resumark does not probe by default.\nIf you are allowed to probe it, add --authorized.\n',
    },
    {
      args: ['127.0.0.1:1', '--balanced', '127.0.0.1:2'],
      message: '--balanced 127.0.0.1:2 checks what is predicted of several addresses, but only one is probed.',
    },
    { args: ['127.0.0.1:1', '--watch-every', '20s'], message: '--watch-every is given without --watch.' },
    { args: ['127.0.0.1:1', '--rate', '5'], message: '--rate must be a rate with a unit of time' },
  ])('ends with 2 before it dials: $args', async ({ args, message }) => {
    const { code, stdout, stderr } = await resumark.run('probe', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('probing');
  });

  it('ends with 4 where nothing can be reached, and says why', async () => {
    const { code, stdout } = await resumark.run('probe', '127.0.0.1:1', ...QUICK);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^The address cannot be reached: the connection was refused\.\n/u);
  });

  it('says of a balanced name that cannot be reached why nothing was measured there', async () => {
    const { stdout } = await resumark.run('probe', ...targets, '--balanced', '127.0.0.1:1', ...QUICK);
    expect(stdout).toMatch(/^measured by way of 127\.0\.0\.1:1, TLS 1\.3: not tried, \d+ times the connection was refused/mu);
  });

  it('claims nothing of a server that says nothing when a signal ends the first hello', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const target = `127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
    const { child, finished } = resumark.start(['probe', target, '-k', '-q', '--timeout', '60s']);
    await once(silent, 'connection');
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    silent.close();
    expect(code).toBe(130);
    expect(stdout).toMatch(/^No handshake had ended when the probe was interrupted\.\n/u);
    expect(stdout).not.toContain('not reachable');
  });

  it('is ended by a signal within a moment, and prints what it has found so far', async () => {
    const { child, finished } = resumark.start([
      'probe',
      ...targets,
      '--insecure',
      '--tries',
      '10k',
      '--rate',
      '100/s',
      '--format',
      'json',
    ]);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (text: string) => {
        if (text.includes('probing')) resolve();
      });
    });
    // All of its handshakes would take five minutes.
    const before = await handshakesOf(fleet);
    await expect.poll(async () => (await handshakesOf(fleet)) - before, { timeout: 20_000 }).toBeGreaterThan(60);
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    const record = probeRecordSchema.parse(JSON.parse(stdout));
    expect(record.interrupted).toBe(true);
    expect(record.connections).toBeGreaterThan(20);
    expect(record.addresses[0]?.protocols[0]).toMatchObject({ protocol: 'TLSv1.2', state: 'negotiated' });
  });
});
