import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareStates, isCompared } from '../../../src/analysis/compare/states.ts';
import { decideStored, storedGates } from '../../../src/analysis/gate/decide-stored.ts';
import { noticesOf } from '../../../src/analysis/notices/notices.ts';
import { compareSettingsOf } from '../../../src/analysis/settings-of-run.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { ResumarkError } from '../../../src/domain/error.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { renderComparison } from '../../../src/report/comparison/formats.ts';
import { FORMATS, render } from '../../../src/report/formats.ts';
import { readRun } from '../../../src/run/files/run-folder.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { openMix } from '../../report/fake-open-run.ts';
import { renewedFleet } from '../../report/fake-timeline.ts';
import { fakeRun } from '../../report/fake-run.ts';
import { EVERY_NOTICE } from '../../report/text/every-notice.ts';
import { damaged } from './damaged-record.ts';

const everyNotice = Object.values(EVERY_NOTICE);

let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resumark-damaged-'));
  file = join(folder, 'run.json');
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (content: unknown): Promise<RunRecord> => {
  await writeFile(file, JSON.stringify(content));
  return readRun(file);
};

/** Everything but a refusal in words of ours fails the test. */
const refusalOf = (error: unknown): undefined => {
  if (error instanceof ResumarkError && error.exitCode === 2) return undefined;
  throw error;
};

/** Everything that is said of a run. */
const everything = (run: RunRecord): string[] => {
  const summary = summarizeRun(run);
  const gates = storedGates(summary);
  const decision =
    gates.length === 0
      ? undefined
      : decideStored(summary, { gates, settings: compareSettingsOf(summary.settings), baselines: [], isForced: false });
  const compared = isCompared(run) ? compareStates(summary).map((comparison) => renderComparison(comparison, 'table')) : [];
  return [...FORMATS.map((format) => render(summary, format, { decision })), ...compared];
};

const judged = (run: RunRecord): RunRecord => {
  const scenario = { ...run.scenario, gates: ['full.p50 < 1s'], compare: { alpha: 0.01, minEffect: 0.05 } };
  const record = { ...run, scenario, notices: everyNotice };
  const summary = summarizeRun(record);
  const gates = decideStored(summary, {
    gates: storedGates(summary),
    settings: compareSettingsOf(summary.settings),
    baselines: [],
    isForced: false,
  });
  return { ...record, gates };
};

const RUNS: readonly (readonly [string, RunRecord])[] = [
  [
    'closed load',
    judged(
      fakeRun([
        { state: 'before', blocks: 2, honoured: 20 },
        { state: 'after', blocks: 2, honoured: 20 },
        { state: 'after', mode: 'ticket', mechanism: 'ticket', blocks: 2, honoured: 20, errors: { reset: 2 } },
      ]),
    ),
  ],
  ['a schedule', judged({ ...openMix(), blocks: openMix().blocks.slice(-2) })],
  ['a window over time', judged(renewedFleet())],
];

/** Enough to meet each check; the seed is fixed, so that a failure comes again. */
const CASES = 40;

describe.each(RUNS)('a record of %s', (_, run) => {
  it('is read as it was written', async () => {
    expect(await read(run)).toEqual(JSON.parse(JSON.stringify(run)));
  });

  it('that is damaged anywhere is refused in words, or shown without a word for a missing value', async () => {
    const random = seededRandom(20_260_102);
    let refused = 0;
    for (let i = 0; i < CASES; i++) {
      const content = damaged(run, random);
      const accepted = await read(content).catch(refusalOf);
      if (accepted === undefined) refused += 1;
      for (const text of accepted === undefined ? [] : everything(accepted))
        expect(text, JSON.stringify(content)).not.toMatch(/(?<!["\w])NaN\b(?!")|\bundefined\b|\bInfinity\b|\[object /u);
    }
    expect(refused).toBeGreaterThan(CASES / 4);
  }, 120_000);
});

describe('a histogram', () => {
  const [, run] = RUNS[0] ?? ['', fakeRun([{}])];
  const withHistogram = (change: object): unknown => ({
    ...run,
    blocks: run.blocks.map((block, i) => (i === 0 ? { ...block, handshakeNs: { ...block.handshakeNs, ...change } } : block)),
  });

  it.each([
    ['of another count', { count: 21 }, 'count'],
    ['without its extremes', { minNs: null }, 'extremes'],
    ['with another maximum', { maxNs: 3_000_000_000 }, 'extremes'],
    ['with a sum that its durations cannot have', { sumNs: 1 }, 'sum'],
    ['that is no histogram', { hdr: 'AAAAAAAAAAAAAAAA' }, 'compressed histogram'],
    ['that is cut short', { hdr: run.blocks[0]?.handshakeNs.hdr.slice(0, 40) }, 'decompressed'],
  ])('%s is refused', async (_, change, words) => {
    await expect(read(withHistogram(change))).rejects.toThrow(new RegExp(`run\\.json is damaged: blocks\\.0\\..*${words}`, 'u'));
  });

  // Without a bound it would be inflated whole, and then be no histogram.
  it('that inflates without bound is not inflated', async () => {
    const bomb = deflateSync(Buffer.alloc(8 * 2 ** 20));
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x1c849314, 0);
    header.writeUInt32BE(bomb.length, 4);
    await expect(read(withHistogram({ hdr: Buffer.concat([header, bomb]).toString('base64') }))).rejects.toThrow('decompressed');
  });
});

it.each([
  ['a text', 'full.p50 < 1s', 'must be a list'],
  ['no texts', [7], 'must hold texts'],
  ['a gate that cannot be read', ['full.p5O < 1s'], 'there is no metric'],
])('gates that are %s are refused, not taken for none', async (_, gates, words) => {
  const run = fakeRun([{ blocks: 1 }]);
  await expect(read({ ...run, scenario: { ...run.scenario, gates } })).rejects.toThrow(words);
});

it('a notice that this version does not know is kept, and shown as such', async () => {
  const notice = { code: 'of-tomorrow', severity: 'warning', depth: 3 };
  const run = await read({ ...fakeRun([{ blocks: 1 }]), notices: [notice] });
  expect(render(summarizeRun(run), 'markdown')).toContain('a notice from another version of resumark');
});

it('every notice of this version can be read', async () => {
  const run = fakeRun([{ blocks: 1 }]);
  const notices = [...everyNotice, ...noticesOf(summarizeRun(run))];
  expect((await read({ ...run, notices })).notices).toEqual(notices);
});
