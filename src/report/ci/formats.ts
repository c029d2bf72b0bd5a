import { METRICS, type MetricId } from '../../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { validBlocksOf, type RunSummary } from '../../analysis/summary/run-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import type { GateDecision, GateResult } from '../../domain/gate.ts';
import { counted, formatShare } from '../text/units.ts';
import { noticeSentence } from '../text/notice.ts';
import { decisionSentence, gateName, gateSentence } from '../gate/gate-text.ts';
import { githubAnnotations, type Annotation } from './github.ts';
import { junitXml, type TestCase } from './junit.ts';
import { bencherJson, benchmarkJson, type TrendPoint } from './trend.ts';

/**
 * JUnit XML with a test case per cell, which fails if the mode was never honoured, and one per
 * gate.
 */
export const runJunit = (summary: RunSummary, decision?: GateDecision): string =>
  junitXml({
    startedAt: summary.run.startedAt,
    cases: [...summary.cells.map((cell) => cellCase(summary, cell)), ...(decision?.results ?? []).map(gateCase)],
  });

const cellCase = (summary: RunSummary, cell: CellSummary): TestCase => {
  const { run } = summary;
  const isControl = run.cells.some(({ id, expected }) => id === cell.id && expected === 'declined');
  const result = isControl ? 'passed' : CELL_RESULT[cell.status];
  const share = cell.honouredShare === undefined ? 'no handshake finished' : `${formatShare(cell.honouredShare)} honoured`;
  return { suite: 'handshakes', name: cellLabel(cell), result, message: share, seconds: measuredSeconds(summary, cell) };
};

/** Cells that share a window share its time. */
const measuredSeconds = (summary: RunSummary, cell: CellSummary): number =>
  validBlocksOf(summary, cell).reduce((sum, { block }) => sum + block.durationNs * block.occupiedShare, 0) / 1e9;

const CELL_RESULT: Readonly<Record<CellSummary['status'], TestCase['result']>> = {
  honoured: 'passed',
  partly: 'passed',
  never: 'failure',
  failed: 'failure',
  empty: 'skipped',
};

/** A gate takes no time of its own: its cells were measured. */
const gateCase = (result: GateResult): TestCase => ({
  suite: 'gates',
  name: gateName(result),
  result: gateResult(result),
  message: result.outcome === 'inconclusive' ? `undecided: ${gateSentence(result)}` : gateSentence(result),
  seconds: 0,
});

/** What noise left undecided is skipped; what could not be judged at all never passes, in any mode. */
const gateResult = ({ outcome, caveat }: GateResult): TestCase['result'] => {
  switch (outcome) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failure';
    case 'inconclusive':
      return caveat === null ? 'skipped' : 'error';
  }
};

/** An annotation for each gate that did not pass, one for each warning, and a summary. */
export const runAnnotations = ({ run }: RunSummary, decision?: GateDecision): string => {
  const warnings = run.notices.filter(({ severity }) => severity !== 'info');
  const overall =
    decision === undefined
      ? `${counted(run.cells.length, 'cell')} measured, ${counted(warnings.length, 'warning')}.`
      : decisionSentence(decision);
  return githubAnnotations([
    ...(decision?.results ?? []).flatMap(gateAnnotation),
    ...warnings.map((notice): Annotation => ({
      level: notice.severity === 'error' ? 'error' : 'warning',
      title: 'resumark',
      message: noticeSentence(notice),
    })),
    { level: 'notice', title: 'resumark', message: overall },
  ]);
};

const gateAnnotation = (result: GateResult): Annotation[] => {
  if (result.outcome === 'passed') return [];
  const level = result.outcome === 'failed' ? 'error' : 'warning';
  return [{ level, title: `gate ${result.outcome}: ${gateName(result)}`, message: gateSentence(result) }];
};

/** Metrics of which less is better, for github-action-benchmark. */
export const runBenchmark = (summary: RunSummary): string => benchmarkJson(pointsOf(summary));

/** The same metrics for Bencher. */
export const runBencher = (summary: RunSummary): string => bencherJson(pointsOf(summary));

/** The metrics worth a history: what a user waits for, and what both sides pay. */
const TREND: readonly MetricId[] = [
  ...(['p50', 'p90', 'p99', 'response.p50', 'response.p90', 'response.p99'] as const),
  ...(['cpu.server', 'cpu.client'] as const),
];

const pointsOf = ({ cells }: RunSummary): TrendPoint[] =>
  cells
    .filter(({ honoured }) => honoured > 0)
    .flatMap((cell) =>
      METRICS.filter(({ id }) => TREND.includes(id)).flatMap(({ id, unit, value: valueOf }) => {
        const value = valueOf(cell);
        return value === undefined ? [] : [{ benchmark: cellLabel(cell), measure: id, unit, value }];
      }),
    );
