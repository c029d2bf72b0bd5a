import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accepts } from '../../src/target/ports.ts';
import { expectShares, honouredIn, type FleetShares } from './fleet-shares.ts';
import { Resumark } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

const SHARES: FleetShares = {
  own: { ticket: 0.25, 'session-id': 0.25 },
  'one-differs': { ticket: 0.625, 'session-id': 0.25 },
  shared: { ticket: 1, 'session-id': 1 },
};

it('a fleet resumes the share of sessions that its nodes share, by ticket and by session ID', { timeout: 240_000 }, async () => {
  const path = join(resumark.results, 'shares.yaml');
  await writeFile(
    path,
    `
states:
  own: { server: { nodes: 4 } }
  one-differs: { server: { nodes: 4, ticketKeys: [a, a, a, b] } }
  shared: { server: { nodes: 4, ticketKeys: shared, sessionCache: shared } }
modes: [session-id, ticket]
load: { concurrency: 4 }
plan: { rounds: 1, handshakesPerBlock: 800, warmup: 0 }
`,
  );
  const { record, code } = await resumark.measure('run', path);
  expect(code).toBe(0);
  expect(record.cells).toHaveLength(9);
  expectShares(record, SHARES);
  for (const { cell, fleet } of record.blocks) {
    expect(fleet?.cpuBalancerNs).toBeGreaterThan(0);
    expect(fleet?.cpuCacheNs === null).toBe(!cell.startsWith('shared'));
    // A ticket asks no cache.
    if (cell.startsWith('shared') && cell.endsWith('session-id')) expect(fleet?.cpuCacheNs).toBeGreaterThan(0);
  }
  expect(JSON.stringify(record)).not.toMatch(/[\da-f]{96}/u);
});

it('connections of one source stay with one node, so that its own keys are enough', async () => {
  const path = join(resumark.results, 'source.yaml');
  await writeFile(
    path,
    `
states: { fleet: { server: { nodes: 4, balance: source } } }
modes: [ticket]
connection: { source: [127.0.0.2] }
load: { concurrency: 2 }
plan: { rounds: 1, handshakesPerBlock: 50, warmup: 0 }
`,
  );
  const { record } = await resumark.measure('run', path);
  for (const cell of record.cells) expect(honouredIn(record, cell)).toEqual({ handshakes: 50, honoured: 50 });
});

/** The processes that one has started, and that have not ended. */
const childrenOf = (pid: number | undefined): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid);

const parentOf = (pid: number): number | undefined => {
  try {
    const [, parent] = /\) [^Z] (\d+)/u.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined;
  }
};

it.each([['SIGINT'], ['SIGKILL']] as const)(
  'serve prints where a fleet is, and leaves nothing when it ends by %s',
  async (signal) => {
    const flags = ['--nodes', '4', '--ticket-keys', 'a,a,a,b', '--session-cache', 'shared'];
    const { child, finished } = resumark.start(['serve', ...flags]);
    let printed = '';
    child.stdout?.on('data', (chunk: string) => (printed += chunk));
    while (!printed.includes('END CERTIFICATE')) await sleep(20);
    const ports = [...printed.matchAll(/^127\.0\.0\.1:(\d+)$/gmu)].map((match) => Number(match[1]));
    expect(ports).toHaveLength(5);
    expect(printed.match(/BEGIN CERTIFICATE/gu)).toHaveLength(1);
    for (const port of ports) expect(await accepts({ address: '127.0.0.1', port })).toBe(true);
    const children = childrenOf(child.pid);
    // Four nodes, the balancer and the cache.
    expect(children).toHaveLength(6);
    child.kill(signal);
    expect((await finished).code).toBe(signal === 'SIGINT' ? 0 : null);
    while (children.some((pid) => parentOf(pid) !== undefined)) await sleep(20);
    for (const port of ports) expect(await accepts({ address: '127.0.0.1', port })).toBe(false);
  },
);
