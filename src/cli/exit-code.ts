import { summarize, type CellSummary } from '../analysis/summary/cell-summary.ts';
import type { ChangeVerdict, Comparison } from '../domain/comparison.ts';
import { EXIT, type ExitCode } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { CellRecord, RunRecord } from '../domain/run-record.ts';
import type { LiveComparison } from '../run/studies/compare-live.ts';
import type { Signal } from './interrupt.ts';

/**
 * The exit code of a run that was measured.
 *
 * @param signal what ended it early, if anything did.
 */
export const exitCodeOf = (run: RunRecord, signal: Signal | undefined): ExitCode =>
  interruptCode(run, signal) ??
  gravest(run.status === 'stopped' || hasFailedCell(run) || lacksCapacity(run) ? EXIT.target : EXIT.done, lossCode(run));

/** A part of what was to come of the run is missing: what was not measured, or the run folder. */
const lossCode = (run: RunRecord): ExitCode =>
  run.status === 'partial' || run.notices.some(({ code }) => code === 'not-saved') ? EXIT.partial : EXIT.done;

const interruptCode = (run: RunRecord, signal: Signal | undefined): ExitCode | undefined => {
  if (signal === undefined || run.status !== 'interrupted') return undefined;
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
};

/** The exit code of comparisons; `passes` lets a doubt pass. */
export const comparisonCode = (comparisons: readonly Comparison[], passes: boolean): ExitCode => {
  const isAny = (verdict: ChangeVerdict): boolean => comparisons.some((comparison) => comparison.verdict === verdict);
  if (isAny('regressed')) return EXIT.gate;
  return isAny('inconclusive') && !passes ? EXIT.inconclusive : EXIT.done;
};

/** The exit code of a comparison that was measured: that a mode is off in one of its states is a finding, and no failure. */
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

/** Expected of one state at least, and honoured by none. */
const isNowhereHonoured = ({ protocol, mode, expected }: CellRecord, cells: readonly CellSummary[]): boolean =>
  expected === 'honoured' &&
  cells.filter((other) => other.protocol === protocol && other.mode === mode).every(({ honoured }) => honoured === 0);

/** What a run that lost a worker has not come to is no failure of the target. */
const hasFailed = (run: RunRecord, { status }: CellSummary): boolean =>
  status === 'failed' || (status === 'empty' && run.status !== 'partial');

/** A cell without one honoured handshake has failed, unless its state is known not to offer the mode. */
const hasFailedCell = (run: RunRecord): boolean => {
  const expected = new Map(run.cells.map((cell) => [cell.id, cell.expected]));
  return summarize(run).some((cell) => hasFailed(run, cell) || (cell.status === 'never' && expected.get(cell.id) === 'honoured'));
};

/**
 * The exit code of gates.
 *
 * @param passesNoise whether what noise leaves undecided passes. What could not be judged at all never does.
 */
export const gateExitCode = ({ outcome, results }: GateDecision, passesNoise: boolean): ExitCode => {
  if (outcome === 'failed') return EXIT.gate;
  const isNoise = results.length > 0 && results.every((result) => result.outcome === 'passed' || result.doubt === null);
  return outcome === 'passed' || (passesNoise && isNoise) ? EXIT.done : EXIT.inconclusive;
};

/** From the code that hides all others to the one that any other hides. */
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

/** The one exit code of several that apply. */
export const gravest = (...codes: readonly ExitCode[]): ExitCode => RANK.find((code) => codes.includes(code)) ?? EXIT.done;

/** A rate was asked for that keeps the objective, and there is none. */
const lacksCapacity = (run: RunRecord): boolean =>
  run.capacity.some(({ isOver, foundPerSecond, cells }) => {
    const isControl = run.cells.some(({ id, expected }) => cells.includes(id) && expected === 'declined');
    return isOver && foundPerSecond === null && !isControl;
  });
