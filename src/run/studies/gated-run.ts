import { handshakesNeeded } from '../../analysis/gate/cell-caveat.ts';
import { confirmed, decideGates, isDecided } from '../../analysis/gate/decide.ts';
import { scenarioGates } from '../../analysis/gate/scenario-gates.ts';
import { acceptedRun, asEnded, summarizeRun, type RunSummary } from '../../analysis/summary/run-summary.ts';
import type { GateDecision } from '../../domain/gate.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import { withGatePlan } from '../../scenario/gate-plan.ts';
import { run } from '../execute.ts';
import type { RunOptions } from '../prepare/prepared.ts';

export interface GatedOptions extends Omit<RunOptions, 'isDecided' | 'judge'> {
  /** Number of times that an alarm is measured again, in a run of its own, before it counts; default 0. */
  readonly confirm?: number;
  /** Judge a run that is partial by what it has; default false, which leaves its gates undecided. */
  readonly acceptsPartial?: boolean;
}

/** A run that was measured to be judged. */
export interface GatedRun {
  /** The last of the attempts. */
  readonly summary: RunSummary;
  readonly decision: GateDecision;
}

/**
 * Measures a scenario until its gates are decided, at its planned looks, and judges them. With `confirm` a failure is measured again, with
 * servers and an order of its own; what failed every time has failed.
 *
 * @throws ResumarkError USAGE for a wrong gate, before anything is measured; and what {@link run} throws.
 */
export const runGated = async (decoded: DecodedScenario, options: GatedOptions = {}): Promise<GatedRun> => {
  const gates = scenarioGates(decoded.scenario);
  const planned = withGatePlan(decoded, handshakesNeeded(gates));
  const { scenario } = planned;
  const decide = (summary: RunSummary): GateDecision =>
    decideGates(acceptedRun(summary, options.acceptsPartial ?? false), { gates, settings: scenario.compare });
  const attempt = async (earlier: readonly GateDecision[]): Promise<GatedRun> => {
    const seed = scenario.seed === undefined ? undefined : scenario.seed + earlier.length;
    const record = await run(
      { ...planned, scenario: { ...scenario, seed } },
      // A run that is under way is judged as if it had ended here.
      {
        ...options,
        isDecided: (soFar) => isDecided(decide(asEnded(soFar))),
        judge: (ended) => confirmedBy(earlier, decide(ended)),
      },
    );
    const summary = summarizeRun(record);
    return { summary, decision: decide(summary) };
  };
  let last = await attempt([]);
  const earlier: GateDecision[] = [];
  while (last.decision.outcome === 'failed' && earlier.length < (options.confirm ?? 0)) {
    earlier.push(last.decision);
    last = await attempt(earlier);
  }
  return { summary: last.summary, decision: confirmedBy(earlier, last.decision) };
};

const confirmedBy = ([first, ...others]: readonly GateDecision[], last: GateDecision): GateDecision =>
  confirmed(first === undefined ? [last] : [first, ...others, last]);
