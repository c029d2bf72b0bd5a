import type { ChangeVerdict, ComparedSide, Comparison, ComparisonDesign, ComparisonRow } from '../../domain/comparison.ts';
import type { Caveat } from '../../domain/caveat.ts';
import type { Notice } from '../../domain/notice.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { Interval } from '../../stats/hodges-lehmann.ts';
import { welchInterval, welchPAbove } from '../../stats/welch.ts';
import { comparedSavings } from './savings.ts';
import { comparisonOf } from './rows.ts';
import { differencesBetween } from './compatibility.ts';
import { COMPARED, type ComparedMetric } from '../metrics/catalogue.ts';
import { judgedValue } from '../metrics/metric.ts';
import { minimumEffect } from './minimum-effect.ts';
import { shareRowOf } from './share-row.ts';
import { judgeAll, type RowEvidence } from './row-verdict.ts';
import type { RunsOfState, StateOfRun } from './runs-of-state.ts';
import type { CellSummary } from '../summary/cell-summary.ts';
import { LEAST_RUNS, LEAST_SHARE_GAP } from '../judging-rules.ts';

/**
 * Compares states whose runs could not be measured side by side, such as before and after a deploy. The unit is the run: its restart, its
 * day and its machine are part of what varies. A resumed handshake is taken relative to the full one of its own run (difference in
 * differences), which takes out what hit both.
 *
 * @see T. Kalibera, R. Jones, Rigorous benchmarking in reasonable time, ISMM 2013.
 */
export const compareRuns = (before: RunsOfState, after: RunsOfState, options: CompareSettings): Comparison => {
  const sides = { before: before.runs.map(cellsOf), after: after.runs.map(cellsOf) };
  const design: ComparisonDesign = Math.min(before.runs.length, after.runs.length) < 2 ? 'single' : 'runs';
  const [sample] = after.runs;
  const cells = sample.summary.run.cells.filter(({ state }) => state === sample.state);
  const evidence = cells.flatMap((cell) =>
    COMPARED.flatMap((compared) => evidenceOf({ cell, compared, sides, options, design }) ?? []),
  );
  return comparisonOf({
    design,
    interleave: null,
    looks: [],
    before: sideOf(before),
    after: sideOf(after),
    alpha: options.alpha,
    alphaPerLook: options.alpha,
    rows: [...judgeAll(evidence, options.alpha), ...cells.flatMap((cell) => shareRow(cell, sides, options.alpha) ?? [])],
    savings: comparedSavings(sides.after),
    differences: differencesBetween(before, after),
    notices: distinctNotices([...before.runs, ...after.runs].map(({ summary }) => summary.run)),
  });
};

const sideOf = ({ label, runs }: RunsOfState): ComparedSide => ({
  state: label,
  runs: runs.map(({ summary }) => summary.run.id),
});

const cellsOf = ({ summary, state }: StateOfRun): CellSummary[] => summary.cells.filter((cell) => cell.state === state);

interface Sides {
  readonly before: readonly (readonly CellSummary[])[];
  readonly after: readonly (readonly CellSummary[])[];
}

interface RowInputs {
  readonly cell: CellRecord;
  readonly compared: ComparedMetric;
  readonly sides: Sides;
  readonly options: CompareSettings;
  readonly design: ComparisonDesign;
}

const evidenceOf = ({ cell, compared, sides, options, design }: RowInputs): RowEvidence | undefined => {
  const logs = { before: logsOf(sides.before, cell, compared), after: logsOf(sides.after, cell, compared) };
  if (logs.before.length === 0 || logs.after.length === 0) return undefined;
  const values = { before: typical(sides.before, cell, compared), after: typical(sides.after, cell, compared) };
  const minEffect = minimumEffect(compared, values, options);
  const interval = welchInterval(logs, options.alpha) ?? unbounded(logs);
  const swapped = { before: logs.after, after: logs.before };
  const runs = Math.min(logs.before.length, logs.after.length);
  return {
    protocol: cell.protocol,
    mode: cell.mode,
    metric: compared,
    ...values,
    ratio: { estimate: Math.exp(interval.estimate), lower: Math.exp(interval.lower), upper: Math.exp(interval.upper) },
    confidence: 1 - 2 * options.alpha,
    pairs: runs,
    pHigher: welchPAbove(logs, Math.log1p(minEffect)),
    pLower: welchPAbove(swapped, Math.log1p(minEffect)),
    minEffect,
    detectable: undefined,
    caveat: caveatOf(design, runs),
  };
};

const caveatOf = (design: ComparisonDesign, runs: number): Caveat | null => {
  if (design === 'single') return { code: 'single-run' };
  return runs < LEAST_RUNS ? { code: 'few-runs', runs, needed: LEAST_RUNS } : null;
};

/** One value per run: of a resumed handshake its ratio to the full one of the same run, where there is one. */
const logsOf = (runs: Sides['before'], cell: CellRecord, metric: ComparedMetric): number[] =>
  runs.flatMap((cells) => {
    const [own, full] = [honouredIn(cells, cell), honouredIn(cells, { ...cell, mode: 'full' })];
    const value = own && judgedValue(metric, own);
    const control = cell.mode === 'full' ? 1 : ((full && judgedValue(metric, full)) ?? 1);
    const log = value === undefined || control <= 0 ? Number.NaN : Math.log(value / control);
    return Number.isFinite(log) ? [log] : [];
  });

type CellOfRun = Pick<CellRecord, 'protocol' | 'mode'>;

const summaryIn = (cells: readonly CellSummary[], { protocol, mode }: CellOfRun): CellSummary | undefined =>
  cells.find((cell) => cell.protocol === protocol && cell.mode === mode);

const honouredIn = (cells: readonly CellSummary[], cell: CellOfRun): CellSummary | undefined => {
  const found = summaryIn(cells, cell);
  return found === undefined || found.honoured === 0 ? undefined : found;
};

/** The geometric mean over the runs, for the table. */
const typical = (runs: Sides['before'], cell: CellRecord, { value: valueOf }: ComparedMetric): number | undefined => {
  const values = runs
    .flatMap((cells) => honouredIn(cells, cell) ?? [])
    .flatMap((found) => valueOf(found) ?? [])
    .filter((value) => value > 0);
  return values.length === 0 ? undefined : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
};

/** An estimate without any bounds. */
const unbounded = ({ before, after }: { readonly before: readonly number[]; readonly after: readonly number[] }): Interval => {
  const middle = (logs: readonly number[]): number => logs.reduce((a, b) => a + b, 0) / logs.length;
  return { estimate: middle(after) - middle(before), lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
};

/** Whether a mode resumes at all shows in a single run: no noise turns 0 % into 100 %. */
const shareRow = (cell: CellRecord, sides: Sides, alpha: number): ComparisonRow | undefined => {
  if (cell.mode === 'full') return undefined;
  const shares = (runs: Sides['before']): number[] => runs.flatMap((cells) => summaryIn(cells, cell)?.honouredShare ?? []);
  const [before, after] = [shares(sides.before), shares(sides.after)];
  if (before.length === 0 || after.length === 0) return undefined;
  return shareRowOf(cell, {
    before: Math.min(...before),
    after: Math.min(...after),
    pairs: Math.min(before.length, after.length),
    alpha,
    minEffect: LEAST_SHARE_GAP,
    verdict: shareVerdict(before, after),
  });
};

const shareVerdict = (before: readonly number[], after: readonly number[]): ChangeVerdict => {
  if (Math.min(...after) - Math.max(...before) > LEAST_SHARE_GAP) return 'improved';
  if (Math.min(...before) - Math.max(...after) > LEAST_SHARE_GAP) return 'regressed';
  const spread = Math.max(...before, ...after) - Math.min(...before, ...after);
  return spread <= LEAST_SHARE_GAP ? 'equivalent' : 'inconclusive';
};

const distinctNotices = (runs: readonly RunRecord[]): Notice[] => {
  const seen = new Map(runs.flatMap(({ notices }) => notices).map((notice) => [JSON.stringify(notice), notice]));
  return [...seen.values()];
};
