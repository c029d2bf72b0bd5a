import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { findProgram } from '../servers/require-program.ts';
import { leftBehind } from './left-behind.ts';
import { Resumark } from './resumark.ts';

/** Everything that a run and its servers leave behind would be in here. */
let place: string;
let resumark: Resumark;
const ownTmpdir = process.env['TMPDIR'];
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'resumark-programs-'));
  resumark = await Resumark.create();
  process.env['TMPDIR'] = join(place, 'tmp');
  await mkdir(join(place, 'tmp'));
});
afterEach(async () => {
  // What guards a program that we have killed works a moment after us.
  await expect.poll(leftHere, { timeout: 10_000 }).toEqual([]);
});
afterAll(async () => {
  if (ownTmpdir === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = ownTmpdir;
  await resumark.close();
  await rm(place, { recursive: true });
});

const leftHere = (): Promise<string[]> => leftBehind(join(place, 'tmp'));

let scenarios = 0;

/** Writes a scenario. JSON is YAML. */
const scenarioOf = async (states: object, more: object = {}): Promise<string> => {
  const path = join(place, `scenario-${String(scenarios++)}.yaml`);
  await writeFile(path, JSON.stringify({ states, load: { concurrency: 4 }, ...more }));
  return path;
};

/** Few handshakes, and so exact counts of each kind. */
const QUICK = { plan: { rounds: 1, handshakesPerBlock: 40, warmup: 1 }, modes: ['full', 'session-id', 'ticket'] };

interface Make {
  readonly program: string;
  readonly package: string;
  /** Its name in the record. */
  readonly name: RegExp;
  readonly resumptions: readonly (string | readonly string[])[];
  readonly request?: string;
}

const BOTH = ['cache', 'tickets'];

const MAKES: readonly Make[] = [
  {
    program: 'nginx',
    package: 'nginx-light libnginx-mod-stream',
    name: /^nginx \d/u,
    resumptions: ['none', 'cache', 'tickets', BOTH],
  },
  { program: 'haproxy', package: 'haproxy', name: /^HAProxy \d/u, resumptions: ['none', 'cache', 'tickets', BOTH] },
  {
    program: 'apache2',
    package: 'apache2',
    name: /^Apache \d/u,
    resumptions: ['none', 'cache', 'tickets', BOTH],
    request: 'http',
  },
  { program: 'caddy', package: 'caddy', name: /^Caddy \d/u, resumptions: ['none', 'tickets'], request: 'http' },
  { program: 'gnutls-serv', package: 'gnutls-bin', name: /^gnutls-serv \d/u, resumptions: ['none', 'tickets', BOTH] },
  // One connection at a time, each open for 50 ms where the client speaks last: one state is enough.
  { program: 'openssl', package: 'openssl', name: /^openssl s_server \d/u, resumptions: [BOTH] },
];

describe('a program that the run starts', () => {
  for (const { program, package: debian, name, resumptions, request } of MAKES) {
    const path = findProgram(program, debian);
    it.skipIf(path === undefined)(
      `does what it is set to, and counts what we count: ${program} (Debian: ${debian})`,
      async () => {
        const states = Object.fromEntries(
          resumptions.map((resumption, i) => [`s${String(i)}`, { command: { program, resumption } }]),
        );
        const { record, code } = await resumark.measure('run', await scenarioOf(states, { ...QUICK, request }), '--quiet');
        expect(code).toBe(0);
        expect(unexpectedIn(record)).toEqual([]);
        for (const { target, account, cpuSource } of record.states) {
          expect(target).toMatch(name);
          expect(cpuSource).toMatch(/^schedstat of pid|^cgroup/u);
          expect(account).toMatchObject({ state: 'read', failed: 0 });
          if (account?.state !== 'read') throw new Error('no account');
          expect(account.server).toEqual(account.ours);
          expect(account.server.full).toBeGreaterThan(40);
        }
      },
    );
  }
});

/** The cells in which a session was honoured although the settings say that it is not, or the other way round. Of fleets a part may be. */
const unexpectedIn = ({ cells, blocks }: RunRecord): string[] =>
  cells.flatMap(({ id, expected }) =>
    blocks
      .filter(({ cell, honoured }) => cell === id && expected !== 'partly' && honoured !== (expected === 'honoured' ? 40 : 0))
      .map(({ honoured }) => `${id}: ${String(honoured)} honoured`),
  );

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');
const others = [findProgram('haproxy', 'haproxy'), findProgram('caddy', 'caddy')];

describe.skipIf([nginx, ...others].includes(undefined))('shipped scenarios (Debian: nginx-light haproxy caddy)', () => {
  it.each(['nginx-tickets', 'nginx-fleet', 'servers'])('%s measures what it says, and the servers agree', async (name) => {
    const quick = ['--rounds', '1', '--handshakes-per-block', '40', '--quiet'];
    const { record, code } = await resumark.measure('run', `scenarios/${name}.yaml`, ...quick);
    expect(code).toBe(0);
    expect(unexpectedIn(record)).toEqual([]);
    for (const { account } of record.states)
      expect(account).toMatchObject({ state: 'read', server: account?.state === 'read' ? account.ours : undefined });
  });
});

/** A TLS server of a user's own, in the language that is there anyway. */
const OWN_SERVER = `
const { readFileSync } = require('node:fs');
const options = { key: readFileSync('key.pem'), cert: readFileSync(process.argv[3]), ...require('./options.json') };
require('node:tls').createServer(options, (socket) => socket.on('error', () => undefined)).on('tlsClientError', () => undefined)
  .listen(Number(process.argv[2]), '127.0.0.1');`;

const ownServer = async (): Promise<object> => {
  await writeFile(join(place, 'server.js'), OWN_SERVER);
  await writeFile(join(place, 'options.json'), '{ "sessionIdContext": "{{port}}" }');
  const files = { 'server.js': join(place, 'server.js'), 'options.json': join(place, 'options.json') };
  return { program: process.execPath, args: ['server.js', '{{port}}', '{{folder}}/certificate.pem'], files };
};

it('starts any program by its arguments and templates, and says that nothing is known of its account', async () => {
  const path = await scenarioOf({ own: { command: { ...(await ownServer()), resumption: 'tickets' } } }, QUICK);
  const { record, code } = await resumark.measure('run', path, '--quiet');
  expect(code).toBe(0);
  expect(unexpectedIn(record)).toEqual([]);
  expect(record.states[0]?.account).toEqual({ state: 'absent', reason: 'nothing is known of its log' });
});

describe.skipIf(nginx === undefined)('nginx (Debian: nginx-light libnginx-mod-stream)', () => {
  it('says what nginx says of a configuration that is wrong, and ends the state that was started before', async () => {
    await writeFile(join(place, 'wrong.conf'), 'daemon off;\nno_such_directive on;');
    const wrong = {
      program: 'nginx',
      args: ['-p', '{{folder}}', '-c', 'nginx.conf'],
      files: { 'nginx.conf': join(place, 'wrong.conf') },
    };
    const path = await scenarioOf({ good: { command: { program: 'nginx' } }, wrong: { command: wrong } }, QUICK);
    const { code, stderr } = await resumark.run('run', path);
    expect(code).toBe(4);
    expect(stderr).toContain('unknown directive "no_such_directive"');
  });

  it('compares what Caddy would log only where there are requests, and says why', async () => {
    const path = await scenarioOf({ caddy: { command: { program: 'caddy' } } }, { ...QUICK, modes: ['full'] });
    const { record } = await resumark.measure('run', path, '--quiet');
    expect(record.states[0]?.account).toMatchObject({
      state: 'absent',
      reason: expect.stringContaining('request: http') as string,
    });
  });

  /** Few in CI, since each takes seconds: RESUMARK_INTERRUPTIONS=50 makes as many. */
  const interruptions = Number(process.env['RESUMARK_INTERRUPTIONS'] ?? 6);
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'] as const;
  it(
    `leaves nothing behind, interrupted at ${String(interruptions)} random moments`,
    async () => {
      const random = seededRandom(interruptions);
      const path = await scenarioOf(
        {
          off: { command: { program: 'nginx', resumption: 'none' } },
          on: { command: { program: 'nginx', nodes: 2, ticketKeys: 'shared' } },
        },
        { plan: { rounds: 2, duration: '200ms' }, modes: ['full', 'ticket'] },
      );
      const args = ['run', path, '--quiet', '--output', resumark.results];
      const startMs = performance.now();
      expect(await resumark.run(...args)).toMatchObject({ code: 0 });
      // From its first line of code to its end: every phase has its share.
      const wholeMs = performance.now() - startMs;
      for (let i = 0; i < interruptions; i++) {
        const signal = SIGNALS[i % SIGNALS.length] ?? 'SIGINT';
        const atMs = random() * wholeMs;
        const { child, finished } = resumark.start(args);
        await Promise.race([sleep(atMs), finished]);
        child.kill(signal);
        await finished;
        await expect.poll(leftHere, { timeout: 10_000, message: `${signal} after ${String(Math.round(atMs))} ms` }).toEqual([]);
      }
    },
    60_000 + 10_000 * interruptions,
  );
});

describe('before anything is measured', () => {
  it.each([
    [
      { program: '/nowhere/nginx' },
      /the program \/nowhere\/nginx is not installed.*apt-get install nginx-light libnginx-mod-stream/su,
    ],
    [{ program: 'caddy', resumption: 'cache' }, /Caddy cannot be set to the resumption cache.*It can offer: none, tickets/su],
    [{ program: 'gnutls-serv', resumption: 'cache' }, /gnutls-serv cannot be set to the resumption cache/u],
    [{ program: 'caddy', nodes: 2, ticketKeys: 'shared' }, /Caddy takes no ticket keys.*nginx, HAProxy, Apache, Envoy/su],
    [{ program: 'openssl', ticketKeys: ['a'] }, /openssl s_server takes no ticket keys, so that ticketKeys must be own/u],
    [{ program: 'my-server' }, /no settings for the program my-server.*nginx, haproxy, apache2, caddy/su],
    [
      { program: 'my-server', args: [], files: { 'my.conf': '/nowhere/my.conf' } },
      /template \/nowhere\/my\.conf of my\.conf cannot be read: ENOENT/u,
    ],
    [{ program: 'nginx', files: {} }, /must have args beside files/u],
  ])('refuses %j', async (command, message) => {
    const { code, stderr } = await resumark.run('run', await scenarioOf({ one: { command } }));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
  });
});
