import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readComparison } from '../../src/run/files/comparison-file.ts';
import { freePort } from '../../src/target/ports.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { Resumark, type Finished } from './resumark.ts';

let resumark: Resumark;

beforeAll(async () => {
  resumark = await Resumark.create();
});

afterAll(() => resumark.close());

/** Compares the states of a scenario, as a user would write it. */
const compareScenario = async (scenario: object, ...args: readonly string[]): Promise<Finished & { readonly folder: string }> => {
  const file = join(resumark.results, '..', `scenario-${String(process.pid)}.json`);
  await writeFile(file, JSON.stringify(scenario));
  const output = join(resumark.results, String((await readdir(resumark.results)).length));
  const finished = await resumark.run('compare', file, '-o', output, ...args);
  const [run = ''] = await readdir(output);
  return { ...finished, folder: join(output, run) };
};

const server = { certificate: 'ecdsa-p256', resumption: 'none' } as const;

const FULL = { modes: ['full'], protocols: ['1.3'] } as const;

describe('a comparison of live states', () => {
  it('ends at the first look when a change is plain, and finds the CPU time that was added', async () => {
    const work = { before: { server }, after: { server: { ...server, work: '2ms' } } };
    const { code, stdout, folder } = await compareScenario({ ...FULL, states: work });
    const comparison = await readComparison(folder);
    const row = comparison.rows.find(({ metric }) => metric === 'cpu.server');
    expect(row).toMatchObject({ verdict: 'regressed', pairs: 12 });
    const added = (row?.after ?? 0) - (row?.before ?? 0);
    expect(added).toBeGreaterThan(1.9e6);
    expect(added).toBeLessThan(2.5e6);
    expect(code).toBe(99);
    expect(stdout).toMatch(/^Full handshakes: p50 \+\d+(?:\.\d)?%, server CPU \+\d+(?:\.\d)?%\.\n/u);
  });

  it('writes what it came to into the run folder, and says the same again from there', async () => {
    const { code, stdout, folder } = await compareScenario(
      { ...FULL, states: { before: { server }, after: { server } } },
      ...['--pairs', '8', '--min-effect', '100%', '--handshakes-per-block', '100'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('Full handshakes unchanged.');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['compare.csv', 'compare.json', 'compare.md', 'run.json']));
    const again = [
      ['compare', folder],
      ['compare', join(folder, 'compare.json')],
      ['report', folder, '--compare'],
    ];
    for (const args of again) expect((await resumark.run(...args)).stdout).toBe(stdout);
    const markdown = await resumark.run('compare', folder, '--format', 'markdown');
    expect(markdown.stdout).toBe(await readFile(join(folder, 'compare.md'), 'utf8'));
    const csv = await resumark.run('report', folder, '--compare', '--format', 'csv');
    expect(csv.stdout).toBe(await readFile(join(folder, 'compare.csv'), 'utf8'));

    const swapped = await resumark.run('compare', folder, folder, '--state', 'after');
    expect(swapped.stdout).toContain('there is no verdict');
    expect(swapped.code).toBe(3);
  });

  it('reports a mode that only one state offers as a finding, and not as an error', async () => {
    const without = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
    const tickets = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
    try {
      const sides = [`before=127.0.0.1:${String(without.port)}`, `after=127.0.0.1:${String(tickets.port)}`];
      const load = ['-k', '--tls', '1.3', '-m', 'full,ticket', '--pairs', '2', '--handshakes-per-block', '20'];
      const { stdout, stderr } = await resumark.run('compare', ...sides, ...load, '-o', resumark.results);
      expect(stdout).toContain('Session tickets are now on');
      expect(stderr).toMatch(/^info: before TLS 1\.3 ticket was requested but never honoured/mu);
      expect(stderr).not.toMatch(/^error:/mu);
    } finally {
      await Promise.all([without.close(), tickets.close()]);
    }
  });

  it('ends with 3 when it cannot tell, unless an inconclusive comparison may pass', async () => {
    const scenario = { ...FULL, states: { before: { server }, after: { server } } };
    const few = ['--pairs', '2', '--handshakes-per-block', '20'];
    const failing = await compareScenario(scenario, ...few);
    expect(failing.stdout).toContain('2 pairs are too few: this level needs 7');
    expect(failing.code).toBe(3);
    expect((await compareScenario(scenario, ...few, '--inconclusive', 'pass')).code).toBe(0);
  });

  it('ends with 4 when nobody answers', async () => {
    const port = String(await freePort());
    const { code, stderr } = await resumark.run('compare', `before=127.0.0.1:${port}`, `after=127.0.0.1:${port}`, '-k');
    expect(stderr).toContain('no TLS 1.2 handshake: the connection was refused');
    expect(code).toBe(4);
  });
});

it.each<[string[], RegExp]>([
  [['compare', 'a', 'b', 'c'], /^error: compare takes two sides/u],
  [['compare', 'no-such-run'], /^error: there is no run folder no-such-run\./u],
  [['compare', 'a', 'b', '-c', '4'], /^error: measurement settings \(here load\) have no effect on stored results\./u],
  [['compare', 'a', 'b', '--format', 'pdf'], /^error: --format must be one of table, markdown, csv, json/u],
  [['compare', 'a', 'b', '--inconclusive', 'maybe'], /^error: --inconclusive must be one of pass, fail, but it is "maybe"\./u],
  [['compare', 'a:1', 'b:1', '--alpha', '1'], /^error: --alpha must be a share above 0% and up to 100%/u],
  [['compare', 'scenarios/smoke.yaml'], /^error: a comparison needs two states, but the scenario has \S+ only\./u],
])('resumark %s ends with 2 and measures nothing', async (args, message) => {
  const { code, stderr, stdout } = await resumark.run(...args);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([2, '']);
});
