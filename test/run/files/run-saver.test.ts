import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { summarizeRun, type RunSummary } from '../../../src/analysis/summary/run-summary.ts';
import { RunSaver } from '../../../src/run/files/run-saver.ts';
import { readRun, RunStore } from '../../../src/run/files/run-folder.ts';
import { fakeRun } from '../../report/fake-run.ts';

const run = fakeRun([{ state: 'only', protocol: 'TLSv1.2', mode: 'full' }]);
const summary = (): RunSummary => summarizeRun(run);
let store: RunStore;

beforeEach(async () => {
  store = await RunStore.create(await mkdtemp(join(tmpdir(), 'resumark-saver-')), 'run');
});

afterEach(async () => {
  await rm(join(store.folder, '..'), { recursive: true });
});

it('notes what cannot be written, until it can be', async () => {
  const saver = new RunSaver(store);
  saver.saveRecord(run);
  expect(saver.notices).toEqual([]);
  await rm(store.folder, { recursive: true });
  saver.save(summary);
  expect(saver.notices).toEqual([{ code: 'not-saved', severity: 'error', folder: store.folder, reason: 'ENOENT' }]);
  await mkdir(store.folder);
  saver.save(summary);
  expect(saver.notices).toEqual([]);
  expect(await readRun(store.folder)).toEqual(run);
});

it('leaves the old content and no part of the new one where the new one does not fit', async () => {
  const saver = new RunSaver(store);
  saver.saveRecord(run);
  await mkdir(join(store.folder, 'summary.csv', 'taken'), { recursive: true });
  saver.save(summary);
  expect(saver.notices).toMatchObject([{ code: 'not-saved' }]);
  expect((await readdir(store.folder)).toSorted()).toEqual(['run.json', 'summary.csv']);
  expect(await readRun(store.folder)).toEqual(run);
});

it('hides no bug, and writes nothing where nothing is kept', () => {
  const broken = { ...summarizeRun(run), cells: undefined as unknown as RunSummary['cells'] };
  expect(() => {
    new RunSaver(store).save(() => broken);
  }).toThrow(TypeError);
  const none = new RunSaver();
  none.save(summary);
  expect(none.notices).toEqual([]);
});
