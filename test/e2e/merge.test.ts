import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { Resumark, total } from './resumark.ts';

const MODES = ['--tls', '1.3', '--mode', 'full,ticket', '-k', '-w', '1', '--warmup', '0', '--seed', '7'];

let resumark: Resumark;
let server: ReferenceServer;

beforeAll(async () => {
  resumark = await Resumark.create();
  server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
});

afterAll(async () => {
  await resumark.close();
  await server.close();
});

/** One machine's run: it writes to a folder of its own, as on a machine of its own. */
const machine = async (name: string, ...flags: string[]): Promise<{ readonly folder: string; readonly record: RunRecord }> => {
  const parent = join(resumark.results, name);
  const target = `127.0.0.1:${String(server.port)}`;
  const { stdout } = await resumark.run('run', target, ...MODES, ...flags, '-o', parent, '--format', 'json');
  const record = JSON.parse(stdout) as RunRecord;
  return { folder: join(parent, record.id), record };
};

const seenByServer = async (): Promise<number> => (await server.counts()).handshakes;

/** Handshakes that the record knows of: the measured ones, those that replenished sessions, and the priming. */
const known = ({ blocks }: RunRecord): number =>
  total(blocks, ({ finished, primed }) => finished.full + finished.resumed + primed.finished.full + primed.finished.resumed);

it('two machines that load at once are one run, with as many handshakes as the server counts', async () => {
  const idle = await seenByServer();
  const small = await machine('alone', '-n', '2', '--rounds', '1', '-c', '4');
  const prepared = await seenByServer();
  // Checking the target before a run takes handshakes that no record has: always as many.
  const preparation = prepared - idle - known(small.record);

  const flags = ['-n', '600', '--rounds', '2'];
  const [one, other] = await Promise.all([machine('m1', ...flags, '-c', '4'), machine('m2', ...flags, '-c', '8')]);
  const loaded = await seenByServer();

  const merged = await resumark.run(
    'merge',
    one.folder,
    other.folder,
    '-o',
    resumark.results,
    '--folder-file',
    join(resumark.results, 'at'),
  );
  const folder = (await readFile(join(resumark.results, 'at'), 'utf8')).trim();
  const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as RunRecord;

  expect(record.blocks).toHaveLength(4);
  expect(total(record.blocks, ({ handshakes }) => handshakes)).toBe(2 * 1200);
  expect(known(record)).toBe(loaded - prepared - 2 * preparation);
  for (const { hosts, honoured, cpuClientNs } of record.blocks) {
    expect(hosts.reduce((sum, host) => sum + (host.honoured ?? 0), 0)).toBe(honoured);
    expect(hosts.reduce((sum, host) => sum + (host.cpuClientNs ?? 0), 0)).toBeCloseTo(cpuClientNs ?? Number.NaN, -1);
  }
  expect(record.scenario['load']).toMatchObject({ concurrency: 12 });
  // Whether their windows overlapped is for the machine that this runs on to say; what follows from it is not.
  const isWhole = record.blocks.every(({ valid }) => valid);
  expect(record.status).toBe(isWhole ? 'complete' : 'partial');
  expect(merged.code).toBe(isWhole ? 0 : 5);
  expect(merged.stderr).toContain(`report: ${join(folder, 'report.html')}`);

  const again = await resumark.run('merge', other.folder, one.folder, '-o', join(resumark.results, 'again'), '--format', 'json');
  expect({ ...(JSON.parse(again.stdout) as RunRecord), id: record.id }).toEqual(record);
}, 180_000);

it('refuses what is not one load, and names the setting, both values and both folders', async () => {
  const few = ['-n', '20', '--rounds', '1', '-c', '4'];
  const one = await machine('a', ...few);
  const other = await machine('b', ...few, '--groups', 'P-256');
  const { code, stderr, stdout } = await resumark.run('merge', one.folder, other.folder, '-o', resumark.results);
  expect(stderr.split('\n')[0]).toBe(
    `error: the runs cannot be merged: scenario.tls.groups is not set in ${one.folder}, but "P-256" in ${other.folder}.`,
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const twice = await resumark.run('merge', one.folder, one.folder, '-o', resumark.results);
  expect(twice.stderr).toContain('hold one run');
  expect(twice.code).toBe(2);
}, 180_000);
