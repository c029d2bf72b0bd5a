import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunSaver } from '../../../src/run/files/run-saver.ts';
import { readRun, RunStore } from '../../../src/run/files/run-folder.ts';
import { fakeRun } from '../../report/fake-run.ts';

const run = fakeRun([{ state: 'only', protocol: 'TLSv1.2', mode: 'full' }]);
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
  saver.save(run);
  expect(saver.notices).toEqual([{ code: 'not-saved', severity: 'error', folder: store.folder, reason: 'ENOENT' }]);
  await mkdir(store.folder);
  saver.save(run);
  expect(saver.notices).toEqual([]);
  expect(await readRun(store.folder)).toEqual(run);
});

it('leaves the old content and no part of the new one where the new one does not fit', async () => {
  const saver = new RunSaver(store);
  saver.saveRecord(run);
  await mkdir(join(store.folder, 'summary.csv', 'taken'), { recursive: true });
  saver.save(run);
  expect(saver.notices).toMatchObject([{ code: 'not-saved' }]);
  expect((await readdir(store.folder)).toSorted()).toEqual(['run.json', 'summary.csv']);
  expect(await readRun(store.folder)).toEqual(run);
});

it('hides no bug, and writes nothing where nothing is kept', () => {
  const broken = { ...run, blocks: undefined as unknown as (typeof run)['blocks'] };
  expect(() => {
    new RunSaver(store).save(broken);
  }).toThrow(TypeError);
  const none = new RunSaver();
  none.save(run);
  expect(none.notices).toEqual([]);
});
