import { summarize, type CellSummary } from '../analysis/summary/cell-summary.ts';
import type { ChangeVerdict, Comparison } from '../domain/comparison.ts';
import { EXIT, type ExitCode } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { CellRecord, RunRecord } from '../domain/run-record.ts';
import type { LiveComparison } from '../run/studies/compare-live.ts';
import type { Signal } from './interrupt.ts';

/**
 * The exit code of a measured run.
 *
 * @param signal the signal that ended it early, if one did.
 */
export const exitCodeOf = (run: RunRecord, signal: Signal | undefined): ExitCode =>
  interruptCode(run, signal) ??
  gravest(run.status === 'stopped' || hasFailedCell(run) || lacksCapacity(run) ? EXIT.target : EXIT.done, lossCode(run));

/**
 * Partial where a part of the result is missing: blocks that were not measured, or the run folder.
 */
const lossCode = (run: RunRecord): ExitCode =>
  run.status === 'partial' || run.notices.some(({ code }) => code === 'not-saved') ? EXIT.partial : EXIT.done;

const interruptCode = (run: RunRecord, signal: Signal | undefined): ExitCode | undefined => {
  if (signal === undefined || run.status !== 'interrupted') return undefined;
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
};

/** The exit code of comparisons; `passes` lets inconclusive ones pass. */
export const comparisonCode = (comparisons: readonly Comparison[], passes: boolean): ExitCode => {
  const isAny = (verdict: ChangeVerdict): boolean => comparisons.some((comparison) => comparison.verdict === verdict);
  if (isAny('regressed')) return EXIT.gate;
  return isAny('inconclusive') && !passes ? EXIT.inconclusive : EXIT.done;
};

/**
 * The exit code of a measured comparison: that a mode is off in one of its states is a finding, not
 * a failure.
 */
export const liveComparisonCode = (
  { run, comparisons }: LiveComparison,
  signal: Signal | undefined,
  passes: boolean,
): ExitCode => {
  const cells = summarize(run);
  const isTargetLost =
    run.status === 'stopped' ||
    cells.some((cell) => hasFailed(run, cell)) ||
    run.cells.some((cell) => isNowhereHonoured(cell, cells));
  return interruptCode(run, signal) ?? (isTargetLost ? EXIT.target : gravest(lossCode(run), comparisonCode(comparisons, passes)));
};

/** True for a mode that at least one state should honour and none does. */
const isNowhereHonoured = ({ protocol, mode, expected }: CellRecord, cells: readonly CellSummary[]): boolean =>
  expected === 'honoured' &&
  cells.filter((other) => other.protocol === protocol && other.mode === mode).every(({ honoured }) => honoured === 0);

/** Cells that a run did not reach after losing a worker are no failure of the target. */
const hasFailed = (run: RunRecord, { status }: CellSummary): boolean =>
  status === 'failed' || (status === 'empty' && run.status !== 'partial');

/** True when a cell has no honoured handshake, unless its state is known not to offer the mode. */
const hasFailedCell = (run: RunRecord): boolean => {
  const expected = new Map(run.cells.map((cell) => [cell.id, cell.expected]));
  return summarize(run).some((cell) => hasFailed(run, cell) || (cell.status === 'never' && expected.get(cell.id) === 'honoured'));
};

/**
 * The exit code of gates.
 *
 * @param passesNoise lets gates pass that noise left inconclusive; a gate that could not be judged
 *   at all never passes.
 */
export const gateExitCode = ({ outcome, results }: GateDecision, passesNoise: boolean): ExitCode => {
  if (outcome === 'failed') return EXIT.gate;
  const isNoise = results.length > 0 && results.every((result) => result.outcome === 'passed' || result.doubt === null);
  return outcome === 'passed' || (passesNoise && isNoise) ? EXIT.done : EXIT.inconclusive;
};

/** Exit codes by precedence, the highest first. */
const RANK: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.internal,
  EXIT.usage,
  EXIT.target,
  EXIT.partial,
  EXIT.gate,
  EXIT.inconclusive,
  EXIT.done,
];

/** The exit code with the highest precedence of several that apply. */
export const gravest = (...codes: readonly ExitCode[]): ExitCode => RANK.find((code) => codes.includes(code)) ?? EXIT.done;

/** True when a capacity search has found no rate that meets its objective. */
const lacksCapacity = (run: RunRecord): boolean =>
  run.capacity.some(({ isOver, foundPerSecond, cells }) => {
    const isControl = run.cells.some(({ id, expected }) => cells.includes(id) && expected === 'declined');
    return isOver && foundPerSecond === null && !isControl;
  });
