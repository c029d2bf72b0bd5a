import { describe, expect, it } from 'vitest';
import { mergeRuns } from '../../../src/analysis/merge/merge-runs.ts';
import type { MergeSource } from '../../../src/analysis/merge/merge-source.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import { INVALID } from '../../../src/domain/invalid-reason.ts';
import { runRecordSchema, type BlockRecord, type RunRecord } from '../../../src/domain/run-record.ts';
import { FORMATS, render } from '../../../src/report/formats.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { fakeMachine, type FakeMachine } from './fake-sources.ts';

/** Windows of two seconds: a skew of some milliseconds is nothing to them. */
const machine = (folder: string, change: FakeMachine = {}): MergeSource =>
  fakeMachine({ folder, ...change, block: (block) => ({ durationNs: 2e9, ...change.block?.(block) }) });

const codes = ({ notices }: RunRecord): string[] => notices.map(({ code }) => code);

const THREE = [machine('a'), machine('b', { laterMs: 7 }), machine('c', { laterMs: 12 })];

describe('runs of several machines', () => {
  it('are merged into one record, which reads back and renders in every format', () => {
    const merged = mergeRuns(THREE);
    expect(merged).toMatchObject({ id: '20260102T030405Z_fake-merged', status: 'complete', workers: 6 });
    expect(merged.agents?.map(({ name, workers, clock, faults }) => ({ name, workers, clock, faults }))).toEqual(
      ['a', 'b', 'c'].map((name) => ({ name, workers: 2, clock: null, faults: [] })),
    );
    expect(merged.scenario['load']).toEqual({ model: 'closed', concurrency: 48 });
    const written = JSON.parse(JSON.stringify(merged)) as unknown;
    expect(runRecordSchema.parse(written)).toEqual(written);
    const summary = summarizeRun(merged);
    for (const format of FORMATS) expect(render(summary, format).length, format).toBeGreaterThan(0);
  });

  it('have their counts and costs added up, and each machine named with its start', () => {
    const merged = mergeRuns(THREE);
    expect(merged.blocks).toHaveLength(6);
    for (const [i, block] of merged.blocks.entries()) {
      const parts = THREE.flatMap(({ run }) => run.blocks[i] ?? []);
      const sum = (value: (part: BlockRecord) => number): number => parts.reduce((all, part) => all + value(part), 0);
      expect(block).toMatchObject({
        startUnixNs: parts[0]?.startUnixNs,
        durationNs: 2e9 + 12e6,
        clock: 'kernel',
        handshakes: sum(({ handshakes }) => handshakes),
        bytesIn: sum(({ bytesIn }) => bytesIn),
        cpuClientNs: sum(({ cpuClientNs }) => cpuClientNs ?? Number.NaN),
        cpuServerNs: null,
        clientNs: sum(({ clientNs }) => clientNs),
        valid: true,
      });
      expect(block.primed.handshakes).toBe(48);
      expect(block.split?.waitNs.count).toBe(block.honoured);
      expect(block.hosts.map(({ agent, startSkewNs, handshakes }) => [agent, startSkewNs, handshakes])).toEqual([
        ['a', 0, 160],
        ['b', 7e6, 160],
        ['c', 12e6, 160],
      ]);
    }
  });

  it('give the percentiles of one histogram over all their handshakes', () => {
    const random = seededRandom(5);
    const rounds = Array.from({ length: 3 }, () =>
      Array.from({ length: 3 }, () =>
        Array.from({ length: 1 + Math.floor(random() * 400) }, () => Math.floor(1e4 / (1e-5 + random() ** 3))),
      ),
    );
    const sources = rounds.map((latencies, i) => machine(String(i), { latencies, laterMs: i }));
    const all = new LatencyHistogram();
    for (const ns of rounds.flat(2)) all.record(ns);
    const { cells } = summarizeRun(mergeRuns(sources));
    const { handshakeNs } = cells.find(({ mode }) => mode === 'full') ?? { handshakeNs: new LatencyHistogram() };
    expect(handshakeNs.encode()).toEqual(all.encode());
    for (const p of [0, 0.5, 0.9, 0.99, 0.999, 1]) expect(handshakeNs.quantileNs(p)).toBe(all.quantileNs(p));
  });

  it('give the same in any order, and merged one after another', () => {
    const [a, b, c] = THREE as [MergeSource, MergeSource, MergeSource];
    const all = mergeRuns([a, b, c]);
    for (const order of [
      [c, b, a],
      [b, a, c],
      [c, a, b],
    ])
      expect(mergeRuns(order)).toEqual(all);
    const merged = (...sources: MergeSource[]): MergeSource => ({ folder: 'merged', run: mergeRuns(sources) });
    expect(mergeRuns([merged(a, b), c])).toEqual(all);
    expect(mergeRuns([a, merged(c, b)])).toEqual(all);
  });

  it('keep the numbers of one that is merged alone', () => {
    const { run } = fakeMachine({ block: () => ({ cpuServerNs: 5e6 }) });
    const merged = mergeRuns([{ folder: 'results/a', run }]);
    const bare = (blocks: readonly BlockRecord[]): unknown =>
      blocks.map((block) => ({ ...block, hosts: block.hosts.map((host) => ({ ...host, agent: '', startSkewNs: 0 })) }));
    expect(bare(merged.blocks)).toEqual(bare(run.blocks));
    expect(merged.scenario).toEqual(run.scenario);
    expect(merged.status).toBe('complete');
  });

  it('are named by the ends of their paths that tell them apart', () => {
    const named = (...folders: string[]): unknown =>
      mergeRuns(folders.map((folder, i) => machine(folder, { laterMs: i }))).agents?.map(({ name }) => name);
    expect(named('results/x', 'results/y/', './z/run.json')).toEqual(['x', 'y', 'z']);
    expect(named('m1/latest', 'm2/latest')).toEqual(['m1', 'm2']);
    expect(named('m2/20260102T030405Z_fake', 'm1/20260102T030405Z_fake')).toEqual([
      'm1/20260102T030405Z_fake',
      'm2/20260102T030405Z_fake',
    ]);
  });

  it('share a window between its cells as the connections did', () => {
    const sharing = (folder: string, laterMs: number, full: number, windowNs: number): MergeSource =>
      machine(folder, {
        laterMs,
        block: ({ cell }) => {
          const occupiedShare = cell.endsWith('full') ? full : 1 - full;
          return { askedShare: 0.5, occupiedShare, residenceNs: occupiedShare * windowNs };
        },
      });
    const { blocks } = mergeRuns([sharing('a', 0, 0.75, 1e9), sharing('b', 7, 0.5, 3e9)]);
    for (const { cell, askedShare, occupiedShare } of blocks) {
      expect(askedShare).toBe(0.5);
      expect(occupiedShare).toBeCloseTo(cell.endsWith('full') ? 2.25 / 4 : 1.75 / 4, 12);
    }
  });

  it('have no server CPU, and say why', () => {
    const local = machine('a', {
      block: (block) => ({ cpuServerNs: 5e6, server: { ...block.server, cpuAbsence: null } }),
      run: { states: machine('a').run.states.map((state) => ({ ...state, cpuSource: 'schedstat of pid 42', cpuAbsence: null })) },
    });
    const { blocks, states, notices } = mergeRuns([local, machine('b', { laterMs: 7 })]);
    expect(blocks.every(({ cpuServerNs, server }) => cpuServerNs === null && server.cpuAbsence === 'merged')).toBe(true);
    expect(states).toMatchObject([{ cpuSource: null, cpuAbsence: 'merged' }]);
    expect(notices).toContainEqual({ code: 'server-cpu-unknown', severity: 'info', state: 'edge', reason: 'merged' });
  });

  it('have intervals by the earliest start', () => {
    const timeline = { intervalNs: 5e6, cpuServer: [] };
    const nothing = { handshakes: 0, honoured: 0, errors: 0, latencyNs: { count: 0, maxNs: null, steps: '' } };
    const counted = (handshakes: number) => ({ ...nothing, handshakes, honoured: handshakes });
    const sources = ['a', 'b'].map((folder, i) =>
      machine(folder, {
        laterMs: 11 * i,
        block: ({ handshakes }) => ({ timeline: { ...timeline, intervals: [counted(handshakes - 1), counted(1)] } }),
      }),
    );
    const [block] = mergeRuns(sources).blocks;
    expect(block?.timeline?.intervals.map(({ handshakes }) => handshakes)).toEqual([159, 1, 159, 1]);
  });
});

describe('a run of which a part is missing', () => {
  const few = (source: MergeSource, blocks: number, change: Partial<RunRecord> = {}): MergeSource => ({
    ...source,
    run: { ...source.run, blocks: source.run.blocks.slice(0, blocks), ...change },
  });

  it('makes the merged one partial, is named, and what the others have alone is left out', () => {
    const interrupted = few(machine('b', { laterMs: 7 }), 4, {
      status: 'interrupted',
      notices: [{ code: 'interrupted', severity: 'warning', blocks: 4, planned: 8 }],
    });
    const merged = mergeRuns([machine('a'), interrupted]);
    expect(merged.status).toBe('partial');
    expect(merged.blocks).toHaveLength(4);
    expect(merged.agents).toMatchObject([
      { name: 'a', faults: [] },
      { name: 'b', faults: [{ kind: 'lost', round: 2, reason: 'was interrupted after 4 of 8 blocks' }] },
    ]);
    expect(merged.notices).toContainEqual({
      code: 'blocks-not-shared',
      severity: 'warning',
      blocks: 4,
      of: 8,
      lacking: { b: 2 },
      oneSeed: true,
    });
    expect(codes(merged)).toContain('agent-fault');
    expect(codes(merged)).not.toContain('interrupted');
  });

  it.each([
    ['running', 'partial'],
    ['partial', 'partial'],
    ['stopped', 'stopped'],
  ] as const)('that is %s makes the merged one %s', (status, expected) => {
    const merged = mergeRuns([machine('a'), few(machine('b', { laterMs: 7 }), 6, { status })]);
    expect(merged.status).toBe(expected);
    expect(merged.agents?.[1]?.faults.map(({ kind }) => kind)).toEqual(['lost']);
  });

  it('is refused where no block is left', () => {
    const moved = machine('b', { laterMs: 7, block: ({ position }) => ({ position: position + 100 }), run: { seed: 8 } });
    expect(() => mergeRuns([machine('a'), moved])).toThrow('no block in common');
  });
});

describe('windows that did not overlap', () => {
  it('are left out, and the machine that was late is named', () => {
    const merged = mergeRuns([machine('a'), machine('b', { laterMs: 500 })]);
    expect(merged.blocks.every(({ valid, invalidReason }) => !valid && invalidReason === INVALID.apart)).toBe(true);
    expect(merged.status).toBe('partial');
    expect(merged.agents?.[1]?.faults).toEqual([
      {
        kind: 'late',
        round: 0,
        position: 0,
        reason: 'began 0.500 s after the first, so that all machines loaded together in 60% of the time',
      },
    ]);
    expect(codes(merged)).toEqual(expect.arrayContaining(['agent-fault', 'invalid-blocks']));
  });

  it('stay left out when they are merged with others', () => {
    const merged = { folder: 'ab', run: mergeRuns([machine('a'), machine('b', { laterMs: 500 })]) };
    const again = mergeRuns([merged, machine('c', { laterMs: 3, block: () => ({ durationNs: 2.5e9 }) })]);
    expect(again.blocks.every(({ invalidReason }) => invalidReason === INVALID.apart)).toBe(true);
  });
});

it('names a machine that could not reach the target while others could', () => {
  const silent = machine('b', {
    laterMs: 1,
    block: (block) => ({
      ...fakeMachine({ latencies: [[], [], []] }).run.blocks[0],
      cell: block.cell,
      position: block.position,
      round: block.round,
      startUnixNs: block.startUnixNs,
      durationNs: 2e9,
      errors: { 'connect-timeout': 3 },
      valid: false,
      invalidReason: INVALID.nothingFinished,
    }),
  });
  const merged = mergeRuns([machine('a'), silent]);
  expect(merged.agents?.[1]?.faults.map(({ kind }) => kind)).toEqual(['unreachable']);
  expect(merged.blocks.every(({ valid }) => valid)).toBe(true);
  expect(merged.status).toBe('partial');
});

describe('runs that are not parts of one load are refused', () => {
  const refused = (change: Partial<RunRecord>): RunRecord =>
    mergeRuns([machine('m/a'), machine('m/b', { laterMs: 7, run: change })]);
  const { run } = machine('a');

  it.each<readonly [string, Partial<RunRecord>]>([
    ['scenario.tls is not set in m/a, but', { scenario: { ...run.scenario, tls: { groups: 'P-256' } } }],
    ['scenario.load.model is "closed" in m/a, but "open" in m/b', { scenario: { ...run.scenario, load: { model: 'open' } } }],
    ['tool.version is "0.1.0" in m/a, but "0.2.0" in m/b', { tool: { name: 'resumark', version: '0.2.0' } }],
    ['engine.name is "node" in m/a, but "wire" in m/b', { engine: { ...run.engine, name: 'wire' } }],
    [
      'states.edge.address is "127.0.0.1" in m/a, but "10.0.0.2" in m/b',
      { states: run.states.map((state) => ({ ...state, address: '10.0.0.2' })) },
    ],
    [
      'certificateSha256 is "abab',
      {
        cells: run.cells.map((cell) => ({
          ...cell,
          negotiated: cell.negotiated && { ...cell.negotiated, certificateSha256: 'cd'.repeat(32) },
        })),
      },
    ],
  ])('%s', (message, change) => {
    expect(() => refused(change)).toThrow(message);
  });

  it('but for what differs between machines by nature', () => {
    const scenario = {
      ...run.scenario,
      load: { model: 'closed', concurrency: 4 },
      workers: 8,
      seed: 9,
      connection: { source: ['10.0.0.3'] },
    };
    const merged = mergeRuns([
      machine('a', { run: { scenario: { ...run.scenario, connection: {} } } }),
      machine('b', { laterMs: 7, run: { scenario, workers: 8 } }),
    ]);
    expect(merged.scenario['load']).toEqual({ model: 'closed', concurrency: 20 });
    expect(merged.agents?.map(({ workers, sources }) => ({ workers, sources }))).toEqual([
      { workers: 2, sources: [] },
      { workers: 8, sources: ['10.0.0.3'] },
    ]);
  });

  it('as is one that is given twice', () => {
    expect(() => mergeRuns([machine('a'), machine('copy-of-a')])).toThrow('a and copy-of-a hold one run: 20260102T030405Z_fake');
  });

  it('also inside of one that is merged, but not one that began in the same millisecond', () => {
    const [a, b] = [machine('a'), machine('b', { laterMs: 7 })];
    expect(() => mergeRuns([{ folder: 'ab', run: mergeRuns([a, b]) }, b])).toThrow('ab and b hold one run');
    const { startedAt } = a.run;
    expect(mergeRuns([a, { ...b, run: { ...b.run, startedAt } }]).agents).toHaveLength(2);
  });

  it.each(['sequential', 'capacity'])('as is a %s load', (model) => {
    const of = (folder: string, laterMs: number): MergeSource =>
      machine(folder, { laterMs, run: { scenario: { ...run.scenario, load: { model } } } });
    expect(() => mergeRuns([of('a', 0), of('b', 7)])).toThrow('a cannot be merged with other runs: its load is');
  });

  it('as is a server that the run started itself', () => {
    const states = run.states.map((state) => ({ ...state, kind: 'server' as const }));
    expect(() => mergeRuns([machine('a', { run: { states } }), machine('b', { laterMs: 7, run: { states } })])).toThrow(
      'the server of its state edge was started by the run itself',
    );
  });
});
