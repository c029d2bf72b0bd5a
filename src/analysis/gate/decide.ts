import { cellLabel } from '../../domain/cell.ts';
import type { Caveat } from '../../domain/caveat.ts';
import type { Gate, GateDecision, GateOutcome, GateResult } from '../../domain/gate.ts';
import type { CellRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { finiteOrNull } from '../../stats/descriptive.ts';
import { holmAdjusted } from '../../stats/holm.ts';
import { alphaPerLook } from '../../stats/planned-looks.ts';
import { defaultGates } from './default-gates.ts';
import { claims, unjudged, type Evidence } from './evidence.ts';
import type { GateContext } from './gate-context.ts';
import { gateEvidence, limitOf } from './gate-evidence.ts';
import type { RunSummary } from '../summary/run-summary.ts';
import { cellsOfGate } from './subjects.ts';

export interface DecideOptions {
  /** None gates on nothing getting worse: see {@link defaultGates}. */
  readonly gates: readonly Gate[];
  readonly settings: CompareSettings;
  /** Runs of the state before that were measured apart. */
  readonly baselines?: readonly RunSummary[];
  /** What the baselines were measured with otherwise than the run, such as its processor or load; default nothing. */
  readonly unlike?: readonly string[];
}

/**
 * Judges all gates of a run together, by their bounds and never by their estimates.
 *
 * A gate fails when the claim that it is met is refuted beside all the others (Holm), so that the chance that any gate fails wrongly stays
 * at alpha however many there are; the planned looks share alpha once more (Bonferroni). It passes when the claim that it is missed is
 * refuted: all of them pass only when each does, so that no level needs to be shared there. Between the two it is inconclusive, and so is
 * what could not be judged at all.
 *
 * @see R. L. Berger, Multiparameter hypothesis testing and acceptance sampling, Technometrics 24 (1982), for the passing side.
 */
export const decideGates = (
  summary: RunSummary,
  { gates, settings, baselines = [], unlike = [] }: DecideOptions,
): GateDecision => {
  const { run } = summary;
  const level = alphaPerLook(settings.alpha, Math.max(1, summary.settings.plan.looks.length));
  const context: GateContext = { summary, alpha: level, settings, baselines, unlike };
  const asked = gates.length > 0 ? gates : defaultGates(run, settings);
  const subjects = asked.flatMap((gate) => subjectsOf(context, gate));
  const family = subjects.filter(({ evidence }) => evidence.caveat === null && !evidence.isExact);
  const adjusted = holmAdjusted(family.map(({ evidence }) => claims(evidence).pMissed));
  const results = subjects.map((subject) => resultOf(subject, adjusted[family.indexOf(subject)], level));
  return {
    outcome: worstOutcome(results.map(({ outcome }) => outcome)),
    results,
    alpha: settings.alpha,
    alphaPerLook: level,
    rounds: new Set(run.blocks.map(({ round }) => round)).size,
    attempts: 1,
  };
};

/** One failed gate fails all, one doubt is a doubt, and nothing to judge is no pass. */
const worstOutcome = (outcomes: readonly GateOutcome[]): GateOutcome =>
  (['failed', 'inconclusive', 'passed'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'inconclusive';

/** Whether measuring on could not change what the gates come to: one has failed, or every one is decided or beyond help. */
export const isDecided = ({ results }: GateDecision): boolean =>
  results.some(({ outcome }) => outcome === 'failed') ||
  results.every(({ outcome, caveat }) => outcome === 'passed' || (caveat !== null && caveat.code !== 'few-rounds'));

/** A gate in one cell. */
interface Subject {
  readonly gate: Gate;
  readonly cell: CellRecord | undefined;
  readonly evidence: Evidence;
}

const subjectsOf = (context: GateContext, gate: Gate): Subject[] => {
  const cells = cellsOfGate(gate, context.summary.run.cells);
  return cells.length === 0
    ? [{ gate, cell: undefined, evidence: unjudged(limitOf(gate), { code: 'no-cell' }) }]
    : cells.map((cell) => ({ gate, cell, evidence: gateEvidence(context, gate, cell) }));
};

const resultOf = ({ gate, cell, evidence }: Subject, adjusted: number | undefined, level: number): GateResult => {
  const { unit, operator, limit, interval, samples, caveat } = evidence;
  const { pMissed } = claims(evidence);
  return {
    gate: gate.text,
    cell: cell === undefined ? '' : cellLabel(cell),
    outcome: outcomeOf(evidence, adjusted ?? pMissed, level),
    unit,
    // A bound that too few rounds leave open is not known, nor is a quantile that lies among failed connections.
    value: finiteOrNull(interval?.estimate),
    low: finiteOrNull(interval?.lower),
    high: finiteOrNull(interval?.upper),
    operator,
    limit,
    pValue: caveat === null ? pMissed : null,
    pAdjusted: caveat === null ? (adjusted ?? pMissed) : null,
    samples,
    caveat,
    cleared: 0,
  };
};

const outcomeOf = (evidence: Evidence, adjusted: number, level: number): GateOutcome => {
  if (evidence.caveat !== null) return 'inconclusive';
  if (adjusted <= level) return 'failed';
  return claims(evidence).pMet <= level ? 'passed' : 'inconclusive';
};

/**
 * The last of several decisions of the same gates over runs with fresh processes and seeds: what failed in all of them has failed. An alarm
 * that was not confirmed is kept on record, and one that came up only later stays in doubt.
 */
export const confirmed = (decisions: readonly [GateDecision, ...GateDecision[]]): GateDecision => {
  const last = decisions.at(-1) ?? decisions[0];
  const earlier = decisions.slice(0, -1);
  const results = last.results.map((result): GateResult => {
    const failedBefore = earlier.filter((decision) => hasFailed(decision, result)).length;
    if (result.outcome !== 'failed') return { ...result, cleared: failedBefore };
    if (failedBefore === earlier.length) return result;
    const caveat: Caveat = { code: 'unconfirmed', failed: failedBefore + 1, of: decisions.length };
    return { ...result, outcome: 'inconclusive', caveat };
  });
  return { ...last, results, outcome: worstOutcome(results.map(({ outcome }) => outcome)), attempts: decisions.length };
};

const hasFailed = ({ results }: GateDecision, { gate, cell }: GateResult): boolean =>
  results.some((one) => one.gate === gate && one.cell === cell && one.outcome === 'failed');
