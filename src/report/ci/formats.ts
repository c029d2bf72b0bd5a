import { METRICS, type MetricId } from '../../analysis/metrics/catalogue.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import { cellLabel } from '../../domain/cell.ts';
import type { GateDecision, GateOutcome, GateResult } from '../../domain/gate.ts';
import type { RunRecord } from '../../domain/run-record.ts';
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
export const runJunit = ({ run, cells }: RunSummary, decision?: GateDecision): string =>
  junitXml([...cells.map((cell) => cellCase(run, cell)), ...(decision?.results ?? []).map(gateCase)]);

const cellCase = (run: RunRecord, cell: CellSummary): TestCase => {
  const isControl = run.cells.some(({ id, expected }) => id === cell.id && expected === 'declined');
  const result = isControl ? 'passed' : CELL_RESULT[cell.status];
  const share = cell.honouredShare === undefined ? 'no handshake finished' : `${formatShare(cell.honouredShare)} honoured`;
  return { suite: 'handshakes', name: cellLabel(cell), result, message: share };
};

const CELL_RESULT: Readonly<Record<CellSummary['status'], TestCase['result']>> = {
  honoured: 'passed',
  partly: 'passed',
  never: 'failure',
  failed: 'failure',
  empty: 'skipped',
};

const GATE_RESULT: Readonly<Record<GateOutcome, TestCase['result']>> = {
  passed: 'passed',
  failed: 'failure',
  inconclusive: 'skipped',
};

const gateCase = (result: GateResult): TestCase => ({
  suite: 'gates',
  name: gateName(result),
  result: GATE_RESULT[result.outcome],
  message: gateSentence(result),
});

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
