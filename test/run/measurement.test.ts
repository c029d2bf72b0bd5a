import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { summarizeRun, type RunSummary } from '../../src/analysis/summary/run-summary.ts';
import { decideGates } from '../../src/analysis/gate/decide.ts';
import { scenarioGates } from '../../src/analysis/gate/scenario-gates.ts';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { EXIT } from '../../src/domain/error.ts';
import type { NoticeCode } from '../../src/domain/notice.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { readRun, RunStore } from '../../src/run/files/run-folder.ts';
import { measure } from '../../src/run/measurement.ts';
import type { RunOptions } from '../../src/run/prepare/prepared.ts';
import type { RunEvent } from '../../src/run/progress/event.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { withGatePlan } from '../../src/scenario/gate-plan.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { FakeFleet, workerLost, type FakeTarget } from './fake-fleet.ts';
import { preparedOn } from './prepared-on.ts';

const CLOSED: ScenarioInput = {
  name: 'test',
  states: { edge: { target: '127.0.0.1:443' } },
  protocols: ['TLSv1.2'],
  modes: ['full', 'ticket'],
  load: { model: 'closed', concurrency: 5 },
  plan: { rounds: 3, handshakesPerBlock: 40, warmup: 1 },
  seed: 7,
};

const measured = async (
  target: FakeTarget,
  options: RunOptions = {},
  input: ScenarioInput = CLOSED,
): Promise<{ readonly run: RunRecord; readonly fleet: FakeFleet }> => {
  const fleet = new FakeFleet(target);
  return { run: await measure(await preparedOn(fleet, input, options)), fleet };
};

const codes = ({ notices }: RunRecord): NoticeCode[] => notices.map(({ code }) => code);

describe('a run', () => {
  it('measures every cell once per round, by its id, and keeps nothing of the warm-up', async () => {
    const { run, fleet } = await measured({});
    expect(fleet.windows).toHaveLength(8);
    expect(
      fleet.windows
        .slice(0, 2)
        .flatMap(({ cells }) => cells)
        .toSorted(),
    ).toEqual(run.cells.map(({ id }) => id).toSorted());
    expect(run.blocks.map(({ round }) => round)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(run.status).toBe('complete');
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.done);
  });

  it('splits connections and handshakes over the workers exactly', async () => {
    const { fleet, run } = await measured({});
    for (const { index, requests } of fleet.windows) {
      const paces = requests.map(({ pace }) => pace);
      expect(paces.map((pace) => (pace.model === 'closed' ? pace.concurrency : 0))).toEqual([3, 2]);
      const attempts = paces.map(({ bound }) => (bound.by === 'count' ? bound.attempts : 0));
      expect(attempts.reduce((a, b) => a + b, 0)).toBe(40);
      expect(requests[0]?.seed, `window ${String(index)}`).not.toBe(fleet.windows[index - 1]?.requests[0]?.seed);
    }
    expect(run.blocks.every(({ handshakes }) => handshakes === 40)).toBe(true);
  });

  it('says of each machine of the generator what it did for each cell', async () => {
    const { run } = await measured({ errorShare: () => 0.25, honouredShare: (cell) => (cell.endsWith('ticket') ? 0.5 : 1) });
    expect(run.blocks.some(({ honoured, handshakes }) => honoured < handshakes)).toBe(true);
    for (const { hosts, handshakes, honoured, errors, cpuClientNs } of run.blocks) {
      const failed = Object.values(errors).reduce((a, b) => a + b, 0);
      expect(failed).toBeGreaterThan(0);
      expect(hosts).toMatchObject([{ handshakes, honoured, errors: failed, cpuClientNs }]);
    }
  });

  it('opens each cell once, and windows carry no settings', async () => {
    const { fleet, run } = await measured({});
    expect(fleet.opened.map(({ cell }) => cell)).toEqual(run.cells.map(({ id }) => id));
    expect(JSON.stringify(fleet.windows)).not.toContain('127.0.0.1');
  });

  it('follows from its seed alone', async () => {
    const [one, other] = [await measured({}), await measured({})];
    expect(one.fleet.windows).toEqual(other.fleet.windows);
  });

  it.each<[string, ScenarioInput['load'], boolean]>([
    ['one handshake at a time where the user has left the load open', undefined, true],
    ['the load that the user has chosen', { concurrency: 3 }, false],
    ['one at a time without a word where that was asked for', { concurrency: 1 }, false],
  ])('that is to be judged makes %s', async (_, load, isSaid) => {
    const prepared = await preparedOn(new FakeFleet({}), { ...CLOSED, load });
    const run = await measure({ ...prepared, decoded: withGatePlan(prepared.decoded, 0) });
    expect(run.scenario['load']).toMatchObject({ concurrency: load?.concurrency ?? 1 });
    expect(codes(run).includes('one-at-a-time')).toBe(isSaid);
  });

  it('tells its events in order', async () => {
    const events: RunEvent['type'][] = [];
    await measured({}, { onEvent: ({ type }) => events.push(type) });
    const windows = Array.from({ length: 8 }, () => ['window-started', 'window-ended']).flat();
    expect(events).toEqual(['started', ...windows, 'ended']);
  });

  it('whose mode is never honoured has failed', async () => {
    const { run } = await measured({ honouredShare: (cell) => (cell.endsWith('ticket') ? 0 : 1) });
    expect(run.status).toBe('complete');
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.target);
  });
});

describe('an interrupt', () => {
  it('keeps what was measured, the window under way included', async () => {
    const interrupt = new AbortController();
    const during: FakeTarget['during'] = ({ index }) => {
      if (index === 4) interrupt.abort();
    };
    const { run, fleet } = await measured({ during }, { signal: interrupt.signal });
    expect(run.status).toBe('interrupted');
    expect(run.blocks).toHaveLength(3);
    expect(run.notices).toContainEqual(expect.objectContaining({ code: 'interrupted', blocks: 3, planned: 6 }));
    expect(fleet.controls).toContain('drain');
    expect([exitCodeOf(summarizeRun(run), 'SIGINT'), exitCodeOf(summarizeRun(run), 'SIGTERM')]).toEqual([
      EXIT.interrupted,
      EXIT.terminated,
    ]);
  });

  it('before the first window measures nothing', async () => {
    const { run, fleet } = await measured({}, { signal: AbortSignal.abort() });
    expect(run.status).toBe('interrupted');
    expect(fleet.windows).toHaveLength(0);
  });
});

describe('a target that fails', () => {
  it('ends the run after the window in which too much failed, and that window is kept', async () => {
    const { run, fleet } = await measured({ errorShare: ({ index }) => (index === 3 ? 0.9 : 0) });
    expect(run.status).toBe('stopped');
    expect(fleet.windows).toHaveLength(4);
    expect(run.blocks).toHaveLength(2);
    expect(run.notices).toContainEqual(expect.objectContaining({ code: 'stopped-on-errors', errorShare: 0.9 }));
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.target);
  });

  it('in the warm-up already shows its window all the same', async () => {
    const { run } = await measured({ errorShare: () => 1 });
    expect(run.status).toBe('stopped');
    expect(run.blocks).toHaveLength(1);
  });

  it('is measured to the end where failing is what is asked about', async () => {
    const tolerant = { ...CLOSED, plan: { ...CLOSED.plan, stopAtErrors: '100%' } };
    const { run } = await measured({ errorShare: () => 0.9 }, {}, tolerant);
    expect(run.status).toBe('complete');
    expect(run.blocks).toHaveLength(6);
  });
});

const decisionOf = (run: RunRecord, input: ScenarioInput) => {
  const { scenario } = decodeScenario(input, {}, 'test');
  return decideGates(summarizeRun(run), { gates: scenarioGates(scenario), settings: scenario.compare });
};

describe('a target that goes silent', () => {
  const gated: ScenarioInput = { ...CLOSED, gates: ['full.errors <= 5', 'full.p50 < 1s'] };
  const silentFrom =
    (from: number) =>
    ({ index }: { readonly index: number }): number =>
      index < from ? 0 : 1;

  it('ends the run after the first window of failures only, however few they are', async () => {
    const few = { ...CLOSED, plan: { ...CLOSED.plan, handshakesPerBlock: 8 } };
    const { run, fleet } = await measured({ errorShare: silentFrom(4) }, {}, few);
    expect(fleet.windows).toHaveLength(5);
    expect(run.status).toBe('stopped');
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.target);
    expect(run.blocks.at(-1)).toMatchObject({ valid: false, invalidReason: 'no handshake finished' });
  });

  it('passes no gate, not even where errors are no reason to stop', async () => {
    const tolerant = { ...gated, plan: { ...CLOSED.plan, stopAtErrors: '100%' } };
    const { run } = await measured({ errorShare: silentFrom(6) }, {}, tolerant);
    expect(run.status).toBe('complete');
    const { outcome } = decisionOf(run, tolerant);
    expect(outcome).not.toBe('passed');
  });
});

describe('a generator that stood still', () => {
  it('leaves the block out, and says so', async () => {
    const { run } = await measured({ stalledMs: ({ index }) => (index === 3 ? 2000 : 20) });
    expect(run.blocks.filter(({ valid }) => !valid)).toMatchObject([{ invalidReason: 'the generator itself was stopped' }]);
    expect(run.notices).toContainEqual({ code: 'generator-stalled', severity: 'warning', blocks: 1, longestNs: 2e9 });
    expect(run.status).toBe('complete');
  });

  it('fails no gate: where too much of a cell is spoilt, it is inconclusive', async () => {
    const gated: ScenarioInput = { ...CLOSED, gates: ['full.p50 < 1us'] };
    const { run } = await measured({ stalledMs: () => 2000 }, {}, gated);
    const { outcome } = decisionOf(run, gated);
    expect(outcome).toBe('inconclusive');
  });
});

describe('a lost worker', () => {
  it('makes the run partial, with what was measured before', async () => {
    const { run } = await measured({ during: ({ index }) => (index === 5 ? workerLost() : undefined) });
    expect(run.status).toBe('partial');
    expect(run.blocks).toHaveLength(3);
    expect(run.notices[0]).toMatchObject({ code: 'worker-lost', reason: expect.stringContaining('code 9') as string });
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.partial);
  });

  it('before anything was measured is an error', async () => {
    await expect(measured({ during: workerLost })).rejects.toThrow('code 9');
  });

  it('is not how an error of ours ends: that is thrown', async () => {
    const during = ({ index }: { readonly index: number }): void => {
      if (index === 5) throw new RangeError('a bug');
    };
    await expect(measured({ during })).rejects.toThrow('a bug');
  });
});

describe('planned looks', () => {
  const looking: ScenarioInput = { ...CLOSED, plan: { looks: [2, 3, 4], handshakesPerBlock: 40, warmup: 0 } };

  it('end the run where what was measured decides, and only there', async () => {
    const asked: number[] = [];
    const isDecided = ({ run: { blocks } }: RunSummary): boolean => asked.push(blocks.length) === 2;
    const { run } = await measured({}, { isDecided }, looking);
    expect(asked).toEqual([4, 6]);
    expect(run.blocks).toHaveLength(6);
    expect(run.status).toBe('complete');
  });

  it('let the run go on to its end otherwise; the last look is no look ahead', async () => {
    const asked: number[] = [];
    const { run } = await measured({}, { isDecided: ({ run: soFar }) => asked.push(soFar.blocks.length) === 0 }, looking);
    expect(asked).toEqual([4, 6]);
    expect(run.blocks).toHaveLength(8);
  });
});

describe('saving', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'resumark-measurement-'));
  });
  afterEach(async () => {
    await rm(parent, { recursive: true });
  });

  const savedBlocks = async (folder: string): Promise<number> => {
    const text = await readFile(join(folder, 'run.json'), 'utf8');
    return (JSON.parse(text) as RunRecord).blocks.length;
  };

  it('begins before the first window: what is killed in it leaves a readable record and no part of a file', async () => {
    const seen: unknown[] = [];
    const during: FakeTarget['during'] = async ({ index }) => {
      if (index === 0) seen.push(await readdir(join(parent, 'run')), (await readRun(join(parent, 'run'))).status);
    };
    await measured({ during }, { store: () => RunStore.create(parent, 'run') });
    expect(seen).toEqual([['run.json'], 'running']);
  });

  it('happens after each round, so that a crash loses one at most', async () => {
    let folder = '';
    const saved: number[] = [];
    const options: RunOptions = {
      store: async (id) => {
        const store = await RunStore.create(parent, id);
        folder = store.folder;
        return store;
      },
    };
    const during: FakeTarget['during'] = async ({ index }) => {
      if (index >= 4 && index % 2 === 0) saved.push(await savedBlocks(folder));
    };
    const { run } = await measured({ during }, options);
    expect(saved).toEqual([2, 4]);
    expect(await savedBlocks(folder)).toBe(6);
    expect(folder.endsWith(run.id)).toBe(true);
  });

  it('that fails is said at once, and the run goes on to exit 5', async () => {
    const notices: string[] = [];
    const options: RunOptions = {
      store: async (id) => RunStore.create(parent, id),
      onEvent: (event) => {
        if (event.type === 'notice') notices.push(event.notice.code);
      },
    };
    const during: FakeTarget['during'] = async ({ index }) => {
      if (index === 2) await rm(parent, { recursive: true });
    };
    const { run } = await measured({ during }, options);
    expect(notices).toEqual(['not-saved']);
    expect(codes(run)).toContain('not-saved');
    expect(run.blocks).toHaveLength(6);
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.partial);
    await RunStore.create(parent, 'for-the-clean-up');
  });

  it('gives the run the name of the folder that it got', async () => {
    await RunStore.create(parent, 'taken');
    const { run } = await measured({}, { store: () => RunStore.create(parent, 'taken') });
    expect(run.id).toBe('taken-2');
  });
});

describe('a search for the capacity', () => {
  const searching: ScenarioInput = {
    name: 'search',
    states: CLOSED.states,
    protocols: ['TLSv1.3'],
    modes: ['full'],
    load: { model: 'capacity', concurrency: 100, objective: 'p99 < 20ms' },
    plan: { duration: '1s', warmup: 0 },
    seed: 3,
  };

  it('finds the rate above which a queue grows, and exits 0', async () => {
    const { run } = await measured({ perSecond: 400 }, {}, searching);
    const [found] = run.capacity;
    expect(found?.isOver).toBe(true);
    expect((found?.foundPerSecond ?? 0) / 400).toBeGreaterThan(0.9);
    expect(found?.failsPerSecond ?? 0).toBeGreaterThan(found?.foundPerSecond ?? 0);
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.done);
  });

  it('takes errors for a result, and lets the fleet load again', async () => {
    const { run, fleet } = await measured({ perSecond: 400, errorShare: ({ index }) => (index === 2 ? 1 : 0) }, {}, searching);
    expect(run.status).toBe('complete');
    expect(fleet.controls.at(-1)).toBe('run');
    expect(run.capacity[0]?.isOver).toBe(true);
  });

  it('that finds no rate ends with exit 4', async () => {
    const { run } = await measured({ handshakeMs: () => 50 }, {}, searching);
    expect(run.capacity[0]?.foundPerSecond).toBeNull();
    expect(exitCodeOf(summarizeRun(run), undefined)).toBe(EXIT.target);
  });
});
