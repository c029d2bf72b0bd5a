import { outcomeOf, type RunOutcome } from '../analysis/run-outcome.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import type { ChangeVerdict, Comparison } from '../domain/comparison.ts';
import { EXIT, type ExitCode } from '../domain/error.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { LiveComparison } from '../run/studies/compare-live.ts';
import type { Signal } from './interrupt.ts';

/**
 * The exit code of a measured run.
 *
 * @param signal the signal that ended it early, if one did.
 * @param acceptsPartial lets a run pass that lost a part of its load.
 */
export const exitCodeOf = (summary: RunSummary, signal: Signal | undefined, acceptsPartial = false): ExitCode => {
  const outcome = outcomeOf(summary);
  const { status, failed, neverHonoured, withoutCapacity } = outcome;
  const isTargetAtFault = status === 'stopped' || [...failed, ...neverHonoured, ...withoutCapacity].length > 0;
  return interruptCode(outcome, signal) ?? gravest(isTargetAtFault ? EXIT.target : EXIT.done, lossCode(outcome, acceptsPartial));
};

/**
 * Partial where a part of the result is missing: blocks that were not measured, or the run folder.
 */
const lossCode = ({ status, isSaved }: RunOutcome, acceptsPartial: boolean): ExitCode =>
  (status === 'partial' && !acceptsPartial) || !isSaved ? EXIT.partial : EXIT.done;

const interruptCode = ({ status }: RunOutcome, signal: Signal | undefined): ExitCode | undefined =>
  signal === undefined || status !== 'interrupted' ? undefined : signalCode(signal);

/** The exit code of a command that a signal ended. */
export const signalCode = (signal: Signal): ExitCode => (signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);

/** The exit code of comparisons; `passes` lets inconclusive ones pass, but none of a partial run. */
export const comparisonCode = (comparisons: readonly Comparison[], passes: boolean): ExitCode => {
  if (comparisons.some(isOfPartialRun)) return EXIT.partial;
  const isAny = (verdict: ChangeVerdict): boolean => comparisons.some((comparison) => comparison.verdict === verdict);
  if (isAny('regressed')) return EXIT.gate;
  return isAny('inconclusive') && !passes ? EXIT.inconclusive : EXIT.done;
};

const isOfPartialRun = ({ rows }: Comparison): boolean => rows.some(({ caveat }) => caveat?.code === 'run-not-complete');

/**
 * The exit code of a measured comparison: that a mode is off in one of its states is a finding, not
 * a failure.
 */
export const liveComparisonCode = (
  { summary, comparisons }: LiveComparison,
  signal: Signal | undefined,
  { passes, acceptsPartial }: { readonly passes: boolean; readonly acceptsPartial: boolean },
): ExitCode => {
  const outcome = outcomeOf(summary);
  const isTargetAtFault = outcome.status === 'stopped' || [...outcome.failed, ...outcome.nowhereHonoured].length > 0;
  return (
    interruptCode(outcome, signal) ??
    (isTargetAtFault ? EXIT.target : gravest(lossCode(outcome, acceptsPartial), comparisonCode(comparisons, passes)))
  );
};

/**
 * The exit code of gates.
 *
 * @param passesNoise lets gates pass that noise left inconclusive; a gate that could not be judged
 *   at all never passes.
 */
export const gateExitCode = ({ outcome, results }: GateDecision, passesNoise: boolean): ExitCode => {
  if (outcome === 'failed') return EXIT.gate;
  const isNoise = results.length > 0 && results.every((result) => result.outcome === 'passed' || result.caveat === null);
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
