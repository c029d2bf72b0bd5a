import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differencesBetween } from '../../../src/analysis/compare/compatibility.ts';
import type { RunsOfState } from '../../../src/analysis/compare/runs-of-state.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { readRun, RunStore } from '../../../src/run/files/run-folder.ts';
import { fakeRun } from '../../report/fake-run.ts';
import { renewedFleet } from '../../report/fake-timeline.ts';

let parent = '';

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'resumark-store-'));
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

it('gives each of many runs of one second a folder of its own, under its own ID', async () => {
  const stores = await Promise.all(Array.from({ length: 5 }, () => RunStore.create(parent, '20260101T000000Z_same')));
  expect(new Set(stores.map(({ folder }) => folder)).size).toBe(5);
  expect((await readdir(parent)).toSorted()).toEqual(stores.map(({ runId }) => runId).toSorted());
});

it('leaves no half-written file behind, and reads what it wrote', async () => {
  const store = await RunStore.create(parent, 'run');
  const run = fakeRun([{ state: 'only', protocol: 'TLSv1.2', mode: 'full' }]);
  store.save(summarizeRun(run));
  store.save(summarizeRun(run));
  expect((await readdir(store.folder)).toSorted()).toEqual([
    'blocks.csv',
    'histograms.hlog',
    'junit.xml',
    'report.html',
    'run.json',
    'summary.csv',
  ]);
  expect(await readRun(store.folder)).toEqual(run);
});

it('has a file of the intervals where a run was counted over time', async () => {
  const store = await RunStore.create(parent, 'over-time');
  store.save(summarizeRun(renewedFleet()));
  expect(await readFile(join(store.folder, 'timeline.csv'), 'utf8')).toContain(',renew\n');
  expect(await readRun(store.folder)).toEqual(renewedFleet());
});

it('says which folder cannot be made, and how to name another', async () => {
  const file = join(parent, 'file');
  await writeFile(file, '');
  await expect(RunStore.create(file, 'run')).rejects.toMatchObject({
    message: expect.stringContaining(join(file, 'run')) as string,
    hint: 'Name another with --output.',
  });
});

it.each([
  ['{', /is not JSON/u],
  ['{"format": 99}', /has format 99, but this version reads format 3/u],
  ['{"format": 2}', /is damaged: id /u],
])('refuses a damaged file: %s', async (content, message) => {
  await writeFile(join(parent, 'run.json'), content);
  await expect(readRun(parent)).rejects.toThrow(message);
});

it('reads a record of format 2, whose latencies were by an older clock, and compares it with none of now', async () => {
  const { format, ...now } = fakeRun([{ state: 'only', protocol: 'TLSv1.2', mode: 'full' }]);
  const blocks = now.blocks.map((block) => ({ ...block, clock: undefined, split: undefined, retransmitted: undefined }));
  const store = await RunStore.create(parent, 'old');
  await writeFile(join(store.folder, 'run.json'), JSON.stringify({ ...now, format: format - 1, blocks }));
  const old = await readRun(store.folder);
  expect(old.blocks.map(({ clock }) => clock)).toEqual(now.blocks.map(() => 'older'));
  const side = (run: RunRecord): RunsOfState => ({ label: 'only', runs: [{ summary: summarizeRun(run), state: 'only' }] });
  expect(differencesBetween(side(old), side({ ...now, format }))).toEqual([{ what: 'clock', before: 'older', after: 'user' }]);
});
