import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { findProgram } from '../servers/require-program.ts';
import { expectShares } from './fleet-shares.ts';
import { leftBehind } from './left-behind.ts';
import { Resumark } from './resumark.ts';

/** Everything that a run and its servers leave behind would be in here. */
let place: string;
let resumark: Resumark;
const ownTmpdir = process.env['TMPDIR'];
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'resumark-program-fleet-'));
  resumark = await Resumark.create();
  process.env['TMPDIR'] = join(place, 'tmp');
  await mkdir(join(place, 'tmp'));
});
afterEach(async () => {
  await expect.poll(() => leftBehind(join(place, 'tmp')), { timeout: 10_000 }).toEqual([]);
});
afterAll(async () => {
  if (ownTmpdir === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = ownTmpdir;
  await resumark.close();
  await rm(place, { recursive: true });
});

/** Writes a scenario. JSON is YAML. */
const scenarioOf = async (states: object, more: object = {}): Promise<string> => {
  const path = join(place, 'scenario.yaml');
  const plan = { rounds: 1, handshakesPerBlock: 400, warmup: 0 };
  await writeFile(path, JSON.stringify({ states, modes: ['session-id', 'ticket'], load: { concurrency: 4 }, plan, ...more }));
  return path;
};

/** The programs' own logs and counters, added up over the nodes, come to the same. */
const expectSameAccount = ({ states }: RunRecord): void => {
  for (const { label, account } of states) {
    if (account?.state !== 'read') throw new Error(`${label} keeps no account`);
    expect({ label, ...account.server }).toEqual({ label, ...account.ours });
    expect(account.failed).toBe(0);
  }
};

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');

it.skipIf(nginx === undefined)(
  'four nginx resume the share of tickets that their key files let them (Debian: nginx-light libnginx-mod-stream)',
  { timeout: 240_000 },
  async () => {
    const states = {
      own: { command: { program: 'nginx', nodes: 4 } },
      'one-differs': { command: { program: 'nginx', nodes: 4, ticketKeys: ['a', 'a', 'a', 'b'] } },
      shared: { command: { program: 'nginx', nodes: 4, ticketKeys: 'shared' } },
    };
    const { record, code } = await resumark.measure('run', await scenarioOf(states), '--quiet');
    expect(code).toBe(0);
    // By session ID each node has its own cache, whatever its keys are.
    expectShares(record, {
      own: { ticket: 0.25, 'session-id': 0.25 },
      'one-differs': { ticket: 0.625, 'session-id': 0.25 },
      shared: { ticket: 1, 'session-id': 0.25 },
    });
    expect(record.cells.map(({ protocol, mode }) => `${protocol} ${mode}`)).toContain('TLSv1.3 ticket');
    expectSameAccount(record);
    for (const { target, nodes, cpuSource } of record.states) {
      expect(target).toMatch(/^4 nginx \d/u);
      expect(new Set(nodes?.map(({ port }) => port)).size).toBe(4);
      expect(cpuSource?.split('; ')).toHaveLength(4);
    }
    for (const { cpuServerNs, fleet } of record.blocks) {
      expect(cpuServerNs).toBeGreaterThan(0);
      expect(fleet?.cpuBalancerNs).toBeGreaterThan(0);
      expect(fleet?.cpuCacheNs).toBeNull();
    }
  },
);

const others = [findProgram('haproxy', 'haproxy'), findProgram('apache2', 'apache2')];

it.skipIf(others.includes(undefined))(
  'two HAProxy, and two Apache, resume every ticket under a key that they share (Debian: haproxy apache2)',
  { timeout: 120_000 },
  async () => {
    const shared = { nodes: 2, ticketKeys: 'shared' };
    const states = {
      haproxy: { command: { program: 'haproxy', ...shared } },
      apache: { command: { program: 'apache2', ...shared } },
    };
    const plan = { rounds: 1, handshakesPerBlock: 200, warmup: 0 };
    const path = await scenarioOf(states, { request: 'http', plan });
    const { record, code } = await resumark.measure('run', path, '--quiet');
    expect(code).toBe(0);
    const shares = { ticket: 1, 'session-id': 0.5 };
    expectShares(record, { haproxy: shares, apache: shares });
    expectSameAccount(record);
  },
);

describe('a program of a user’s own', () => {
  /** It fails where another node has been before it, if it is to be the only one. */
  const SERVER = `
const { readFileSync, existsSync, mkdirSync } = require('node:fs');
if (process.argv[3] !== '') mkdirSync(process.argv[3]);
const ticketKeys = existsSync('ticket.key') ? { ticketKeys: readFileSync('ticket.key').subarray(0, 48) } : {};
const options = { key: readFileSync('key.pem'), cert: readFileSync('certificate.pem'), sessionIdContext: 'own', ...ticketKeys };
require('node:tls').createServer(options, (socket) => socket.on('error', () => undefined)).on('tlsClientError', () => undefined)
  .listen(Number(process.argv[2]), '127.0.0.1');`;

  const serverOf = async (only = ''): Promise<object> => {
    await writeFile(join(place, 'server.js'), SERVER);
    const files = { 'server.js': join(place, 'server.js') };
    return { program: process.execPath, args: ['server.js', '{{port}}', only], files, resumption: 'tickets' };
  };

  it('finds the key of its label in a file', { timeout: 120_000 }, async () => {
    const own = { ...(await serverOf()), nodes: 2 };
    const states = { own: { command: own }, shared: { command: { ...own, ticketKeys: 'shared' } } };
    const { record, code } = await resumark.measure('run', await scenarioOf(states, { modes: ['ticket'] }), '--quiet');
    expect(code).toBe(0);
    expectShares(record, { own: { ticket: 0.5 }, shared: { ticket: 1 } });
    expect(record.states.map(({ target }) => target)).toEqual(['2 node', '2 node']);
  });

  it('ends the others when one node does not start, and says what that one printed', async () => {
    const command = { ...(await serverOf(join(place, 'first'))), nodes: 3 };
    const { code, stderr } = await resumark.run('run', await scenarioOf({ fleet: { command } }));
    expect(code).toBe(4);
    expect(stderr).toMatch(/ended with code 1 before it served on 127\.0\.0\.1 port \d+\. It printed:\n.*EEXIST/su);
  });
});
