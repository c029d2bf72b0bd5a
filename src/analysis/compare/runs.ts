import type { ChangeVerdict, ComparedSide, Comparison, ComparisonDesign, ComparisonRow } from '../../domain/comparison.ts';
import type { Caveat } from '../../domain/caveat.ts';
import type { Notice } from '../../domain/notice.ts';
import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { Interval } from '../../stats/hodges-lehmann.ts';
import { geometricMean, mean } from '../../stats/descriptive.ts';
import { welchInterval, welchPAbove } from '../../stats/welch.ts';
import { comparedSavings } from './savings.ts';
import { comparisonOf, type UnfinishedComparison } from './rows.ts';
import { measuredUnlike } from './compatibility.ts';
import { COMPARED, type ComparedMetric } from '../metrics/catalogue.ts';
import { isOfMachine, judgedValue } from '../metrics/metric.ts';
import { minimumEffect } from './minimum-effect.ts';
import { shareRowOf } from './share-row.ts';
import { judgeAll, type RowEvidence } from './row-verdict.ts';
import type { ComparableSides, RunsOfState, StateOfRun } from './runs-of-state.ts';
import type { CellSummary } from '../summary/cell-summary.ts';
import { LEAST_RUNS, LEAST_SHARE_GAP } from '../judging-rules.ts';

/**
 * Compares states whose runs could not be measured side by side, such as before and after a deploy. The unit is the run: its
 * restart, its day and its machine are part of what varies.
 *
 * Every metric is judged as it is. Beside it stands its ratio to the full handshake of its own run (difference in differences),
 * which takes out what affected both: shown, and judged only where the runs were measured so unlike that nothing else can be.
 *
 * @see T. Kalibera, R. Jones, Rigorous benchmarking in reasonable time, ISMM 2013.
 */
export const compareRuns = ({ before, after, differences }: ComparableSides, options: CompareSettings): Comparison => {
  const sides = { before: before.runs.map(cellsOf), after: after.runs.map(cellsOf) };
  const design: ComparisonDesign = Math.min(before.runs.length, after.runs.length) < 2 ? 'single' : 'runs';
  const [sample] = after.runs;
  const cells = sample.summary.run.cells.filter(({ state }) => state === sample.state);
  const context = { sides, options, design, unlike: measuredUnlike(differences) };
  const evidence = cells.flatMap((cell) => COMPARED.flatMap((compared) => evidenceOfMetric({ ...context, cell, compared })));
  const runs = [...before.runs, ...after.runs].map(({ summary }) => summary.run);
  const comparison: UnfinishedComparison = {
    design,
    interleave: null,
    looks: [],
    before: sideOf(before),
    after: sideOf(after),
    alpha: options.alpha,
    alphaPerLook: options.alpha,
    rows: [...judgeAll(evidence, options.alpha), ...cells.flatMap((cell) => shareRow(cell, sides, options.alpha) ?? [])],
    savings: comparedSavings(sides.after),
    differences: [...differences],
    notices: distinctNotices(runs),
  };
  return comparisonOf(comparison, runs);
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
  /** What the runs were measured with otherwise. */
  readonly unlike: readonly string[];
}

/** A metric of a cell, and where it makes the verdict of a resumed handshake, its ratio to the full one as well. */
const evidenceOfMetric = (inputs: RowInputs): RowEvidence[] => {
  const { cell, compared, sides, options } = inputs;
  const samples = samplesOf(sides, (cells) => known(judgedIn(cells, cell, compared)));
  if (samples === undefined) return [];
  const minEffect = minimumEffect(compared, typical(samples), options);
  const plain = evidenceOf(inputs, { per: null, role: compared.comparison, samples, minEffect });
  if (cell.mode === 'full' || compared.comparison !== 'primary') return [plain];
  const ratios = samplesOf(sides, (cells) => ratioToFull(cells, cell, compared));
  if (ratios === undefined) return [plain];
  const role = plain.caveat?.code === 'measured-unlike' ? 'primary' : 'secondary';
  return [plain, evidenceOf(inputs, { per: 'full', role, samples: ratios, minEffect })];
};

/** One value of each run in which it is known. */
interface Samples {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

interface Quantity extends Pick<RowEvidence, 'per' | 'role' | 'minEffect'> {
  readonly samples: Samples;
}

const samplesOf = (sides: Sides, values: (cells: readonly CellSummary[]) => number[]): Samples | undefined => {
  const samples = { before: sides.before.flatMap(values), after: sides.after.flatMap(values) };
  return samples.before.length === 0 || samples.after.length === 0 ? undefined : samples;
};

const typical = ({ before, after }: Samples): { readonly before: number; readonly after: number } => ({
  before: geometricMean(before),
  after: geometricMean(after),
});

const evidenceOf = (inputs: RowInputs, { per, role, samples, minEffect }: Quantity): RowEvidence => {
  const { cell, compared, options } = inputs;
  const { before, after } = samples;
  const logs = { before: before.map(Math.log), after: after.map(Math.log) };
  const interval = welchInterval(logs, options.alpha) ?? unbounded(logs);
  const runs = Math.min(before.length, after.length);
  return {
    protocol: cell.protocol,
    mode: cell.mode,
    metric: compared,
    per,
    role,
    ...typical(samples),
    ratio: { estimate: Math.exp(interval.estimate), lower: Math.exp(interval.lower), upper: Math.exp(interval.upper) },
    confidence: 1 - 2 * options.alpha,
    pairs: runs,
    pHigher: welchPAbove(logs, Math.log1p(minEffect)),
    pLower: welchPAbove({ before: logs.after, after: logs.before }, Math.log1p(minEffect)),
    minEffect,
    detectable: undefined,
    caveat: caveatOf(inputs, { per, runs }),
  };
};

const caveatOf = (
  { cell, compared, design, unlike }: RowInputs,
  { per, runs }: { readonly per: RowEvidence['per']; readonly runs: number },
): Caveat | null => {
  if (design === 'single') return { code: 'single-run' };
  if (per === null && unlike.length > 0 && isOfMachine(compared)) {
    const judgeInstead = cell.mode === 'full' ? null : `${compared.id} / full ${compared.id}`;
    return { code: 'measured-unlike', what: [...unlike], judgeInstead };
  }
  return runs < LEAST_RUNS ? { code: 'few-runs', runs, needed: LEAST_RUNS } : null;
};

const ratioToFull = (cells: readonly CellSummary[], cell: CellOfRun, metric: ComparedMetric): number[] => {
  const [own, full] = [judgedIn(cells, cell, metric), judgedIn(cells, { ...cell, mode: 'full' }, metric)];
  return own === undefined || full === undefined ? [] : known(own / full);
};

/** Only a positive value has a logarithm; a quantile that lies among failed connections has none. */
const known = (value: number | undefined): number[] =>
  value !== undefined && value > 0 && Number.isFinite(value) ? [value] : [];

const judgedIn = (cells: readonly CellSummary[], cell: CellOfRun, metric: ComparedMetric): number | undefined => {
  const found = summaryIn(cells, cell);
  return found === undefined || found.honoured === 0 ? undefined : judgedValue(metric, found);
};

type CellOfRun = Pick<CellRecord, 'protocol' | 'mode'>;

const summaryIn = (cells: readonly CellSummary[], { protocol, mode }: CellOfRun): CellSummary | undefined =>
  cells.find((cell) => cell.protocol === protocol && cell.mode === mode);

/** An estimate without any bounds. */
const unbounded = ({ before, after }: { readonly before: readonly number[]; readonly after: readonly number[] }): Interval => ({
  estimate: mean(after) - mean(before),
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
});

/** Whether a mode resumes at all shows in a single run: no noise turns 0% into 100%. */
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
