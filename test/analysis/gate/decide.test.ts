import { describe, expect, it } from 'vitest';
import { confirmed, decideGates, isDecided } from '../../../src/analysis/gate/decide.ts';
import { decideStored } from '../../../src/analysis/gate/decide-stored.ts';
import { parseGate } from '../../../src/analysis/gate/parse.ts';
import { summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { GateDecision, GateOutcome } from '../../../src/domain/gate.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { LatencyHistogram } from '../../../src/stats/histogram.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { pairedRun, type PairedCell } from './paired-run.ts';

const settings = { alpha: 0.01, minEffect: 0.05, minDelta: undefined };

const decide = (run: RunRecord, ...gates: string[]): GateDecision =>
  decideGates(summarizeRun(run), { gates: gates.map(parseGate), settings });

const outcomes = (run: RunRecord, ...gates: string[]): GateOutcome[] =>
  decide(run, ...gates).results.map(({ outcome }) => outcome);

/** A slow walk that hits all cells of a round, and a little noise of each cell's own. */
const series = (base: number, seed: number, { rounds = 20, noise = 0.01 } = {}): number[] => {
  const [shared, own] = [seededRandom(99), seededRandom(seed)];
  return Array.from({ length: rounds }, () => base * (1 + 0.3 * shared()) * (1 + noise * (own() + own() - 1)));
};

const one = (change: Partial<PairedCell> = {}): PairedCell => ({ state: 'edge', mode: 'full', p50: series(1e6, 1), ...change });

const two = (factor: number, change: Partial<PairedCell> = {}): PairedCell[] => [
  { state: 'before', mode: 'full', p50: series(1e6, 1), cpu: series(3e5, 3) },
  { state: 'after', mode: 'full', p50: series(1e6 * factor, 2), cpu: series(3e5 * factor, 4), ...change },
];

describe('a partial run', () => {
  const whole = pairedRun([one()]);
  const partial: RunRecord = { ...whole, status: 'partial' };
  const stored = (run: RunRecord, acceptsPartial: boolean, baselines: readonly RunRecord[] = []): GateDecision =>
    decideStored(summarizeRun(run), {
      gates: [parseGate(baselines.length > 0 ? 'full.p50 regresses < 50%' : 'full.p50 < 1.4ms')],
      settings,
      baselines: baselines.map(summarizeRun),
      isForced: false,
      acceptsPartial,
    });

  it('is refused, and judged by what it has where that is accepted', () => {
    const caveat = { code: 'run-not-complete', status: 'partial' };
    expect(stored(partial, false)).toMatchObject({ outcome: 'inconclusive', results: [{ caveat }] });
    expect(stored(partial, true)).toEqual(stored(whole, false));
    expect(stored({ ...whole, status: 'interrupted' }, true).outcome).toBe('inconclusive');
  });

  it('is refused as a baseline too', () => {
    const baselines = [partial, ...Array.from({ length: 5 }, () => whole)];
    expect(stored(whole, false, baselines).results).toMatchObject([{ caveat: { code: 'run-not-complete' } }]);
    expect(stored(whole, true, baselines).outcome).toBe('passed');
  });
});

describe('an absolute gate', () => {
  it.each([
    ['full.p50 < 1.4ms', 'passed'],
    ['full.p50 < 0.9ms', 'failed'],
    ['full.p50 > 0.9ms', 'passed'],
    ['full.p50 < 1.15ms', 'inconclusive'],
    ['full.resumed >= 99%', 'passed'],
    ['full.errors <= 0', 'passed'],
  ] as const)('%s is judged by its bounds: %s', (gate, outcome) => {
    expect(outcomes(pairedRun([one()]), gate)).toEqual([outcome]);
  });

  it('on a share that is missed by far fails, and one that few handshakes cannot tell is undecided', () => {
    const declined = pairedRun([one({ mode: 'ticket', declined: { refused: 40 }, mechanism: 'ticket' })]);
    expect(outcomes(declined, 'ticket.resumed >= 99%')).toEqual(['failed']);
    const few = pairedRun([one({ mode: 'ticket', honoured: 10, p50: series(1e6, 1, { rounds: 7 }) })]);
    expect(outcomes(few, 'ticket.resumed >= 99%')).toEqual(['inconclusive']);
  });

  it('on all or none is counted: a single handshake decides', () => {
    const all = pairedRun([one({ mode: 'ticket' })]);
    expect(outcomes(all, 'ticket.resumed >= 100%')).toEqual(['passed']);
    const [first, ...rest] = all.blocks;
    if (first === undefined) throw new Error('no block');
    const but = { ...all, blocks: [{ ...first, honoured: first.honoured - 1, declined: { refused: 1 } }, ...rest] };
    expect(outcomes(but, 'ticket.resumed >= 100%')).toEqual(['failed']);
    expect(outcomes(but, 'ticket.declined <= 0')).toEqual(['failed']);
  });
});

describe('a gate within a run', () => {
  const cells = [one(), one({ mode: 'ticket', p50: series(0.6e6, 2), mechanism: 'ticket' })];

  it.each([
    ['ticket.p50 <= 0.8 * full.p50', 'passed'],
    ['ticket.p50 <= 0.5 * full.p50', 'failed'],
    ['ticket.p50 <= 0.6 * full.p50', 'inconclusive'],
    ['full.p50 > ticket.p50', 'passed'],
  ] as const)('%s: %s, however the machine wandered', (gate, outcome) => {
    expect(outcomes(pairedRun(cells), gate)).toEqual([outcome]);
  });
});

describe('a gate on a change', () => {
  it('passes what is the same and fails what got worse by more than it allows', () => {
    expect(outcomes(pairedRun(two(1)), 'full.p50 regresses < 5%', 'full.cpu.server regresses < 5%')).toEqual([
      'passed',
      'passed',
    ]);
    expect(outcomes(pairedRun(two(1.15)), 'full.p50 regresses < 5%')).toEqual(['failed']);
    expect(outcomes(pairedRun(two(0.7)), 'full.p50 regresses < 5%')).toEqual(['passed']);
  });

  it('speaks of the states under test only, and the other way round the verdict turns over', () => {
    const [before, after] = two(1.15);
    if (before === undefined || after === undefined) throw new Error('no cells');
    const [result] = decide(pairedRun([before, after]), 'full.p50 regresses < 5%').results;
    expect(result).toMatchObject({ cell: 'after TLS 1.2 full', outcome: 'failed', unit: 'change', limit: 1.05 });
    const turned = decide(pairedRun([after, before]), 'full.p50 regresses < 5%').results;
    expect(turned.map(({ outcome, value }) => [outcome, (value ?? 0) * (result?.value ?? 0)])).toEqual([
      ['passed', expect.closeTo(1, 6)],
    ]);
  });

  it('on a ratio takes out what changed both metrics, and finds what changed one of them', () => {
    const cells = (full: number, ticket: number): PairedCell[] => [
      ...two(full),
      { state: 'before', mode: 'ticket', mechanism: 'ticket', p50: series(6e5, 5) },
      { state: 'after', mode: 'ticket', mechanism: 'ticket', p50: series(6e5 * ticket, 6) },
    ];
    const gates = ['ticket.p50 regresses < 5%', 'ticket.p50 / full.p50 regresses < 5%'];
    expect(outcomes(pairedRun(cells(1.3, 1.3)), ...gates)).toEqual(['failed', 'passed']);
    expect(outcomes(pairedRun(cells(0.7, 1)), ...gates)).toEqual(['passed', 'failed']);
  });

  it('does not count what is below the absolute floor', () => {
    const cells = (factor: number): PairedCell[] => [
      { state: 'before', mode: 'full', p50: series(1e5, 1) },
      { state: 'after', mode: 'full', p50: series(1e5 * factor, 2) },
    ];
    expect(decide(pairedRun(cells(1.1)), 'full.p50 regresses < 5%').results[0]).toMatchObject({ outcome: 'passed' });
    expect(decide(pairedRun(cells(1.4)), 'full.p50 regresses < 5%').results[0]).toMatchObject({ outcome: 'failed' });
  });

  it('on the share of resumed handshakes fails when a state stops to resume', () => {
    const p50 = series(1e6, 1);
    const off = { honoured: 0, declined: { refused: 160 }, expected: 'declined' } as const;
    const run = pairedRun([
      { state: 'before', mode: 'ticket', p50 },
      { state: 'after', mode: 'ticket', p50, ...off },
    ]);
    expect(decide(run, 'ticket.resumed regresses < 1%').results[0]).toMatchObject({
      outcome: 'failed',
      unit: 'points',
      value: -1,
    });
  });
});

describe('what could not be judged never passes', () => {
  it.each<[string, RunRecord, string, string]>([
    ['an interrupted run', pairedRun([one()], { status: 'interrupted' }), 'full.p50 < 9ms', 'run-not-complete'],
    ['a cell without blocks', pairedRun([one({ p50: [] })]), 'full.p50 < 9ms', 'nothing-measured'],
    ['a count of a cell without blocks', pairedRun([one({ p50: [] })]), 'full.errors <= 0', 'nothing-measured'],
    ['a share of a cell without blocks', pairedRun([one({ p50: [] })]), 'full.resumed >= 1%', 'nothing-measured'],
    [
      'a mode that was never honoured',
      pairedRun([one({ honoured: 0, declined: { refused: 9 } })]),
      'full.p50 < 9ms',
      'none-honoured',
    ],
    ['a metric that is not known here', pairedRun([one({ cpuServerNs: null })]), 'full.cpu.server < 9ms', 'unknown-metric'],
    ['too few handshakes beyond a quantile', pairedRun([one()]), 'full.p99 < 9ms', 'few-handshakes'],
    ['too few rounds', pairedRun([one({ p50: series(1e6, 1, { rounds: 5 }) })]), 'full.p50 < 9ms', 'few-rounds'],
    ['a cell that does not exist', pairedRun([one()]), 'ticket.p50 < 9ms', 'no-cell'],
    ['a change without a state before', pairedRun([one()]), 'full.p50 regresses < 5%', 'no-baseline'],
  ])('%s', (_what, run, gate, code) => {
    const decision = decide(run, gate);
    expect(decision.results.map(({ outcome, caveat }) => [outcome, caveat?.code])).toEqual([['inconclusive', code]]);
    expect(decision.outcome).toBe('inconclusive');
  });

  it('a saturated generator: latency and rate are in doubt, CPU and the share of resumed are not', () => {
    const run = pairedRun([one({ cpu: series(3e5, 3) })]);
    const saturated = { ...run, blocks: run.blocks.map((block) => ({ ...block, saturated: true })) };
    const gates = ['full.p50 < 9ms', 'full.rate > 1/s', 'full.cpu.server < 9ms', 'full.resumed >= 90%'];
    expect(outcomes(saturated, ...gates)).toEqual(['inconclusive', 'inconclusive', 'passed', 'passed']);
  });

  it('many invalid blocks are a selection', () => {
    const run = pairedRun([one()]);
    const spoilt = { ...run, blocks: run.blocks.map((block, i) => ({ ...block, valid: i % 3 > 0 })) };
    expect(decide(spoilt, 'full.p50 < 9ms').results[0]?.caveat).toMatchObject({ code: 'invalid-blocks' });
  });
});

describe('a server that is away in some blocks', () => {
  type Block = RunRecord['blocks'][number];
  const empty = (block: Block): Block => ({ ...block, handshakes: 0, honoured: 0, errors: { refused: 160 } });
  const silent = (block: Block): Block => ({ ...empty(block), valid: false, invalidReason: 'no handshake finished' });
  const nearlyEmpty = (block: Block): Block => ({ ...block, honoured: 3, errors: { refused: 157 } });
  const away = (rounds: readonly number[], without: (block: Block) => Block): RunRecord => {
    const run = pairedRun(two(1));
    return {
      ...run,
      blocks: run.blocks.map((block) =>
        block.cell.startsWith('after') && rounds.includes(block.round) ? without(block) : block,
      ),
    };
  };
  const gates = ['after.full.p50 < 9ms', 'full.p50 regresses < 5%'];

  it.each([
    ['silent', silent, 'inconclusive'],
    ['empty', empty, 'failed'],
    ['nearly empty', nearlyEmpty, 'failed'],
  ])('and came back: one of twenty that is %s spoils no verdict, and a gate on errors is %s', (_, without, errors) => {
    expect(outcomes(away([7], without), ...gates, 'after.full.errors <= 0')).toEqual(['passed', 'passed', errors]);
  });

  it.each([
    ['silent', silent, 'invalid-blocks'],
    ['empty', empty, 'few-handshakes'],
    ['nearly empty', nearlyEmpty, 'few-handshakes'],
  ])('for more than a fifth of the blocks, which are %s, leaves a selection', (_, without, code) => {
    const { results } = decide(away([3, 7, 9, 11, 15], without), ...gates);
    expect(results.map(({ outcome, caveat }) => [outcome, caveat?.code])).toEqual(gates.map(() => ['inconclusive', code]));
  });

  it('at the end of the run may be away for good', () => {
    expect(decide(away([19], silent), 'after.full.p50 < 9ms').results[0]?.caveat).toMatchObject({ code: 'invalid-blocks' });
  });
});

describe('several gates', () => {
  it('share the rate of false alarms: what one alone would fail is not enough among many', () => {
    const run = pairedRun(
      two(1.15, { p50: series(1.15e6, 2, { rounds: 7 }) }).map((cell) => ({ ...cell, p50: cell.p50.slice(0, 7) })),
    );
    expect(outcomes(run, 'full.p50 regresses < 5%')).toEqual(['failed']);
    const others = Array.from({ length: 9 }, (_, i) => `full.cpu.server < ${String(i + 1)}s`);
    expect(outcomes(run, 'full.p50 regresses < 5%', ...others)[0]).toBe('inconclusive');
  });

  it('without any, gate on nothing getting worse, the share of resumed handshakes among it', () => {
    const cells = two(1).flatMap((cell, i) => [
      cell,
      { ...cell, mode: 'ticket', mechanism: 'ticket', p50: series(0.5e6, 10 + i), cpu: series(1e5, 20 + i) } as const,
    ]);
    const decision = decide(pairedRun(cells));
    expect(decision.results.map(({ gate }) => gate)).toEqual([
      'full.p50 regresses < 5%',
      'full.cpu.server regresses < 5%',
      'ticket.resumed regresses < 1%',
      'ticket.p50 regresses < 5%',
      'ticket.cpu.server regresses < 5%',
    ]);
    expect(decision.outcome).toBe('passed');
  });

  it('share the level over the planned looks, and are decided when more rounds cannot change them', () => {
    const looks = { scenario: { plan: { looks: [12, 24, 48] } } };
    expect(decideGates(summarizeRun(pairedRun(two(1), looks)), { gates: [], settings }).alphaPerLook).toBeCloseTo(0.01 / 3);
    const few = two(1).map((cell) => ({ ...cell, p50: cell.p50.slice(0, 5) }));
    expect(isDecided(decide(pairedRun(few), 'full.p50 regresses < 5%'))).toBe(false);
    expect(isDecided(decide(pairedRun(two(1.05)), 'full.p50 regresses < 5%'))).toBe(false);
    expect(isDecided(decide(pairedRun(two(1)), 'full.p50 regresses < 5%'))).toBe(true);
    expect(isDecided(decide(pairedRun(two(1)), 'full.p50 regresses < 5%', 'full.p99 < 9ms'))).toBe(true);
    expect(isDecided(decide(pairedRun(two(1.3)), 'full.p50 regresses < 5%', 'full.cpu.server < 9ms'))).toBe(true);
  });
});

describe('runs that were measured apart', () => {
  const apart = (seed: number, factor = 1): RunRecord =>
    pairedRun([
      one({ p50: series(1e6 * factor, seed, { noise: 0.02 }) }),
      one({ mode: 'ticket', p50: series(5e5 * factor, seed + 50) }),
    ]);
  const against = (run: RunRecord, baselines: readonly RunRecord[], gate = 'full.p50 regresses < 5%') =>
    decideStored(summarizeRun(run), {
      gates: [parseGate(gate)],
      settings,
      baselines: baselines.map(summarizeRun),
      isForced: true,
    }).results[0];

  it('are no hard gate when there is one of them, and the caveat says so', () => {
    expect(against(apart(1, 3), [apart(2)])).toMatchObject({ outcome: 'inconclusive', caveat: { code: 'single-baseline' } });
    expect(
      against(
        apart(1, 3),
        [2, 3, 4].map((seed) => apart(seed)),
      )?.caveat,
    ).toMatchObject({ code: 'few-baselines', runs: 3 });
  });

  it('are judged by how much they differ among themselves', () => {
    const baselines = [2, 3, 4, 5, 6, 7].map((seed) => apart(seed));
    expect(against(apart(1), baselines)).toMatchObject({ outcome: 'passed' });
    expect(against(apart(1, 1.3), baselines)).toMatchObject({ outcome: 'failed' });
    const unlike = [0.8, 0.9, 1, 1.1, 1.25, 1.3].map((factor, i) => apart(i + 2, factor));
    expect(against(apart(1, 1.3), unlike)).toMatchObject({ outcome: 'inconclusive', caveat: null });
  });

  it('are judged by the quantity that the gate names: a resumed handshake as it is, or its ratio to the full one', () => {
    const baselines = [2, 3, 4, 5, 6].map((seed) => apart(seed));
    const slower = apart(1, 10);
    expect(against(slower, baselines, 'ticket.p50 regresses < 50%')).toMatchObject({
      outcome: 'failed',
      value: expect.closeTo(10, 0) as number,
    });
    expect(against(slower, baselines, 'ticket.p50 / full.p50 regresses < 50%')).toMatchObject({
      outcome: 'passed',
      value: expect.closeTo(1, 1) as number,
    });
  });

  it('of machines that differ are judged by the ratio to the full handshake, however fast each machine is', () => {
    const baselines = [0.8, 0.9, 1, 1.1, 1.25, 1.3].map((factor, i) => apart(i + 2, factor));
    expect(against(apart(1, 1.3), baselines, 'ticket.p50 / full.p50 regresses < 5%')).toMatchObject({ outcome: 'passed' });
  });

  it('with another processor or load have no plain time or rate that could be judged, and the caveat names what can be', () => {
    const baselines = [2, 3, 4, 5, 6].map((seed) => apart(seed));
    const elsewhere: RunRecord = { ...apart(1), environment: { ...apart(1).environment, cpu: 'another' } };
    const what = ['processor'];
    expect(against(elsewhere, baselines, 'ticket.p50 regresses < 5%')).toMatchObject({
      outcome: 'inconclusive',
      caveat: { code: 'measured-unlike', what, judgeInstead: 'ticket.p50 / full.p50' },
    });
    expect(against(elsewhere, baselines)?.caveat).toEqual({ code: 'measured-unlike', what, judgeInstead: null });
    expect(against(elsewhere, baselines, 'ticket.resumed regresses < 1%')).toMatchObject({ outcome: 'passed' });
    expect(against(elsewhere, baselines, 'ticket.p50 / full.p50 regresses < 5%')).toMatchObject({ outcome: 'passed' });
  });
});

describe('a confirmation', () => {
  const [good, bad] = [
    decide(pairedRun(two(1)), 'full.p50 regresses < 5%'),
    decide(pairedRun(two(1.2)), 'full.p50 regresses < 5%'),
  ];

  it('lets fail only what failed every time, and keeps an alarm that was not confirmed on record', () => {
    expect(confirmed([bad, bad])).toMatchObject({ outcome: 'failed', attempts: 2 });
    expect(confirmed([bad, good])).toMatchObject({ outcome: 'passed', attempts: 2, results: [{ cleared: 1 }] });
    expect(confirmed([good, bad])).toMatchObject({
      outcome: 'inconclusive',
      results: [{ caveat: { code: 'unconfirmed', failed: 1, of: 2 } }],
    });
  });
});

it('the order of the gates changes nothing', () => {
  const gates = ['full.p50 regresses < 5%', 'full.cpu.server regresses < 5%', 'full.resumed >= 99%'];
  const sorted = (texts: readonly string[]) =>
    decide(pairedRun(two(1.07)), ...texts).results.toSorted((a, b) => a.gate.localeCompare(b.gate));
  expect(sorted(gates.toReversed())).toEqual(sorted(gates));
});

it.each([
  ['full.response.p99 < 25ms', 'schedule'],
  ['full.late.p99 regresses < 5%', 'schedule'],
  ['full.first-byte.p99 < 2 * full.p99', 'request'],
])('says of %s what it needs to be measured, and not that it needs more handshakes', (gate, needs) => {
  const [decided] = decide(pairedRun(two(1)), gate).results;
  expect(decided).toMatchObject({ outcome: 'inconclusive', caveat: { code: 'unknown-metric', needs } });
});

describe('a gate on a quantile, when 2% of the connections failed', () => {
  const constant = (count: number, ns: number): RunRecord['blocks'][number]['handshakeNs'] => {
    const histogram = new LatencyHistogram();
    for (let i = 0; i < count; i++) histogram.record(ns);
    return histogram.encode();
  };
  const scheduled = (failed: number): RunRecord => {
    const run = pairedRun([one({ honoured: 2500 - failed, p50: series(1e6, 1, { rounds: 8 }), errors: { closed: failed } })]);
    const responseNs = constant(2500 - failed, 2e6);
    const schedule = {
      due: 2500,
      dropped: 0,
      connectionLimited: 0,
      lateNs: constant(2500, 1000),
      serviceNs: responseNs,
      responseNs,
    };
    const firstByte = { firstByteNs: responseNs, firstByteAfterHandshakeNs: responseNs, unanswered: 0, errorStatuses: {} };
    return { ...run, blocks: run.blocks.map((block) => ({ ...block, schedule, firstByte })) };
  };

  it.each(['full.p99 < 25ms', 'full.response.p99 < 25ms', 'full.service.p99 < 25ms', 'full.first-byte.p99 < 25ms'])(
    'misses %s, which it meets without them',
    (gate) => {
      expect(outcomes(scheduled(0), gate)).toEqual(['passed']);
      expect(decide(scheduled(50), gate).results).toMatchObject([{ outcome: 'failed', value: null, caveat: null }]);
      expect(outcomes(scheduled(1), gate)).toEqual(['passed']);
    },
  );

  it('is told from the state before, in which none failed', () => {
    const [before, after] = [scheduled(0), scheduled(50)];
    const run = pairedRun(two(1));
    const blocks = [before, after].flatMap((side, at) =>
      side.blocks.map((block) => ({ ...block, cell: run.cells[at]?.id ?? '' })),
    );
    expect(outcomes({ ...run, blocks }, 'full.response.p99 regresses < 5%')).toEqual(['failed']);
    expect(outcomes({ ...run, blocks }, 'after.full.response.p99 < 2 * before.full.response.p99')).toEqual(['failed']);
    expect(outcomes({ ...run, blocks }, 'before.full.response.p99 < after.full.response.p99')).toEqual(['passed']);
  });
});
