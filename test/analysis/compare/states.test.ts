import { describe, expect, it } from 'vitest';
import { compareStates, isDecided } from '../../../src/analysis/compare/states.ts';
import { compareSettingsOf, settingsOfRun } from '../../../src/analysis/settings-of-run.ts';
import { acceptedRun, summarizeRun } from '../../../src/analysis/summary/run-summary.ts';
import type { ChangeVerdict, Comparison, ComparisonRow } from '../../../src/domain/comparison.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { fakeRun, type FakeCell } from '../../report/fake-run.ts';

const PAIRS = 12;

const comparisonOf = (run: RunRecord): Comparison => {
  const [comparison, ...others] = compareStates(summarizeRun(run));
  if (comparison === undefined || others.length > 0) throw new Error('not one comparison');
  return comparison;
};

/** Full handshakes and tickets of two states; the second differs as given. */
const twoStates = (change: Partial<FakeCell>, ticketChange: Partial<FakeCell> = change): RunRecord => {
  const cells = ['before', 'after'].flatMap((state): FakeCell[] => [
    { state, mode: 'full', blocks: PAIRS, ...(state === 'after' && change) },
    {
      state,
      mode: 'ticket',
      mechanism: 'ticket',
      medianNs: 600_000,
      cpuServerNs: 200_000,
      blocks: PAIRS,
      ...(state === 'after' && ticketChange),
    },
  ]);
  return fakeRun(cells);
};

const rowOf = ({ rows }: Comparison, mode: string, metric: string): ComparisonRow => {
  const row = rows.find((one) => one.mode === mode && one.metric === metric);
  if (row === undefined) throw new Error(`no row ${mode} ${metric}`);
  return row;
};

/** The run with its states told in the other order. */
const swapped = (run: RunRecord): RunRecord => ({ ...run, states: run.states.toReversed() });

/** The run with other labels. */
const relabelled = (run: RunRecord, names: Readonly<Record<string, string>>): RunRecord => {
  const name = (label: string): string => names[label] ?? label;
  const renamed = (id: string): string => id.replace(/^[^.]+/u, name);
  return {
    ...run,
    states: run.states.map((state) => ({ ...state, label: name(state.label) })),
    cells: run.cells.map((cell) => ({ ...cell, id: renamed(cell.id), state: name(cell.state) })),
    blocks: run.blocks.map((block) => ({ ...block, cell: renamed(block.cell) })),
  };
};

const SLOWER = twoStates({ medianNs: 1_500_000, cpuServerNs: 600_000 }, { medianNs: 600_000, cpuServerNs: 200_000 });

describe('two states of a run', () => {
  it('are not judged in a partial run, unless that is accepted', () => {
    const partial = summarizeRun({ ...SLOWER, status: 'partial' });
    const [refused] = compareStates(partial);
    expect(refused?.verdict).toBe('inconclusive');
    for (const { caveat } of refused?.rows ?? []) expect(caveat).toEqual({ code: 'run-not-complete', status: 'partial' });
    expect(compareStates(acceptedRun(partial, true))).toEqual(compareStates(summarizeRun(SLOWER)));
  });

  it('are judged by their pairs: slower and dearer is regressed, alike is equivalent', () => {
    const comparison = comparisonOf(SLOWER);
    expect(comparison.design).toBe('paired');
    expect(rowOf(comparison, 'full', 'p50')).toMatchObject({ verdict: 'regressed', pairs: PAIRS, caveat: null });
    expect(rowOf(comparison, 'full', 'cpu.server').ratio).toBeCloseTo(1.2, 6);
    expect(rowOf(comparison, 'ticket', 'cpu.server').verdict).toBe('equivalent');
    expect(rowOf(comparison, 'ticket', 'resumed').verdict).toBe('equivalent');
    expect(comparison.verdict).toBe('regressed');
  });

  it('turn every ratio and every verdict round when they are swapped', () => {
    const opposite: Readonly<Record<ChangeVerdict, ChangeVerdict>> = {
      improved: 'regressed',
      regressed: 'improved',
      equivalent: 'equivalent',
      inconclusive: 'inconclusive',
    };
    const runs = [SLOWER, twoStates({ honoured: 0, declined: { refused: 160 } }), twoStates({}, { medianNs: 640_000 })];
    for (const run of runs) {
      const forth = comparisonOf(run);
      const back = comparisonOf(swapped(run));
      expect(back.rows.map(({ metric }) => metric)).toEqual(forth.rows.map(({ metric }) => metric));
      for (const [i, row] of forth.rows.entries()) {
        const other = back.rows[i];
        expect(other?.verdict).toBe(opposite[row.verdict]);
        expect([other?.before, other?.after]).toEqual([row.after, row.before]);
        if (row.ratio !== null) expect(other?.ratio).toBeCloseTo(1 / row.ratio, 12);
        if (row.ratioLow !== null) expect(other?.ratioHigh).toBeCloseTo(1 / row.ratioLow, 12);
        expect(other?.minEffect).toBe(row.minEffect);
        expect(other?.pValue).toBe(row.ratio === 1 ? other?.pValue : row.pValue);
      }
    }
  });

  it('are the same comparison under other names', () => {
    const { rows, verdict } = comparisonOf(SLOWER);
    const other = comparisonOf(relabelled(SLOWER, { before: 'zebra', after: 'ant' }));
    expect(other.rows).toEqual(rows);
    expect([other.verdict, other.before.state, other.after.state]).toEqual([verdict, 'zebra', 'ant']);
  });

  it('show resumption that was switched on or off, and no latency of what one of them does not do', () => {
    const off = { honoured: 0, declined: { refused: 160 } } as const;
    const comparison = comparisonOf(twoStates({}, off));
    expect(rowOf(comparison, 'ticket', 'resumed')).toMatchObject({ verdict: 'regressed', before: 1, after: 0, ratio: null });
    expect(comparison.rows.filter(({ mode }) => mode === 'ticket')).toHaveLength(1);
    expect(comparison.verdict).toBe('regressed');
    expect(comparisonOf(swapped(twoStates({}, off))).verdict).toBe('improved');
  });

  it('do not win by failing: a handshake that never finished is slower than any that did', () => {
    const failing = comparisonOf(twoStates({ medianNs: 1_150_000, honoured: 90, errors: { 'handshake-timeout': 70 } }));
    expect(rowOf(failing, 'full', 'p50').ratio ?? 0).toBeGreaterThan(1.1);
  });

  it('are called a regression only if the change is above the minimum effect and above the floor', () => {
    const run = twoStates({ cpuServerNs: 518_000 }, { cpuServerNs: 204_900 });
    const rows = comparisonOf(run);
    expect(rowOf(rows, 'full', 'cpu.server').verdict).toBe('equivalent');
    expect(rowOf(rows, 'ticket', 'cpu.server').verdict).toBe('equivalent');
    const [strict] = compareStates(summarizeRun(run), {
      ...compareSettingsOf(summarizeRun(run).settings),
      minEffect: 0.01,
      minDelta: 0.001,
    });
    expect(strict && rowOf(strict, 'full', 'cpu.server').verdict).toBe('regressed');
  });

  it('are not judged with too few pairs, nor where the generator was the bottleneck', () => {
    const few: RunRecord = { ...SLOWER, blocks: SLOWER.blocks.filter(({ round }) => round < 6) };
    expect(rowOf(comparisonOf(few), 'full', 'p50')).toMatchObject({
      verdict: 'inconclusive',
      caveat: { code: 'few-pairs', pairs: 6, needed: 7 },
    });
    const saturated: RunRecord = { ...SLOWER, blocks: SLOWER.blocks.map((block) => ({ ...block, saturated: true })) };
    expect(rowOf(comparisonOf(saturated), 'full', 'p50').caveat).toEqual({ code: 'saturated', saturated: 24, of: 24 });
    expect(rowOf(comparisonOf(saturated), 'full', 'cpu.server').verdict).toBe('regressed');
  });

  it('ignore the whole pair when one block of it is invalid', () => {
    const broken: RunRecord = {
      ...SLOWER,
      blocks: SLOWER.blocks.map((block) =>
        block.round === 3 && block.cell.startsWith('before') ? { ...block, valid: false } : block,
      ),
    };
    expect(rowOf(comparisonOf(broken), 'full', 'p50').pairs).toBe(PAIRS - 1);
  });
});

it('compares each further state with the first, and shares the rate of false alarms', () => {
  const run = fakeRun(['a', 'b', 'c'].map((state) => ({ state, blocks: PAIRS })));
  const comparisons = compareStates(summarizeRun(run));
  expect(comparisons.map(({ before, after, alpha }) => [before.state, after.state, alpha])).toEqual([
    ['a', 'b', 0.005],
    ['a', 'c', 0.005],
  ]);
  expect(() => compareStates(summarizeRun(fakeRun([{}])))).toThrow(/has one state only/u);
});

it('takes a third of the rate for each of three planned looks', () => {
  const run = { ...SLOWER, scenario: { ...SLOWER.scenario, plan: { looks: [12, 24, 48] } } };
  const { alphaPerLook, looks, rows } = comparisonOf(run);
  expect([alphaPerLook, looks]).toEqual([0.01 / 3, [12, 24, 48]]);
  expect(rows.every(({ confidence }) => Math.abs(confidence - (1 - 0.02 / 3)) < 1e-12)).toBe(true);
});

it('takes what counts from the scenario of the run, and flags over it', () => {
  const run = fakeRun([], { scenario: { compare: { alpha: 0.02, minEffect: 0.1 } } });
  expect(compareSettingsOf(settingsOfRun(run))).toEqual({ alpha: 0.02, minEffect: 0.1 });
  expect(compareSettingsOf(settingsOfRun(run), { compare: { minEffect: '20%' } })).toEqual({ alpha: 0.02, minEffect: 0.2 });
  expect(compareSettingsOf(settingsOfRun(fakeRun([])))).toEqual({ alpha: 0.01, minEffect: 0.05 });
});

it('is decided when no more pairs can tell more, and not while there are too few', () => {
  expect(isDecided(comparisonOf(SLOWER))).toBe(true);
  const few: RunRecord = { ...SLOWER, blocks: SLOWER.blocks.filter(({ round }) => round < 6) };
  expect(isDecided(comparisonOf(few))).toBe(false);
  const borderline = comparisonOf(twoStates({ medianNs: 1_255_000, cpuServerNs: 500_000 }));
  expect(isDecided(borderline)).toBe(
    borderline.rows.every(({ role, verdict }) => role === 'secondary' || verdict !== 'inconclusive'),
  );
});
