import { gatesFinding, isNoiseKnown } from '../../analysis/calibration/enough.ts';
import { metricNoise, pairsFor, type NoiseLevel } from '../../analysis/calibration/metric-noise.ts';
import { pairedDifferences } from '../../analysis/calibration/paired-differences.ts';
import { alarmCount, resampledGates } from '../../analysis/calibration/resampled-gates.ts';
import { summarizeRun } from '../../analysis/summary/run-summary.ts';
import type { Calibration, CalibrationStep } from '../../domain/calibration.ts';
import { isInterruption, ResumarkError } from '../../domain/error.ts';
import type { GateOutcome } from '../../domain/gate.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import { withGatePlan } from '../../scenario/gate-plan.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { alphaPerLook, DEFAULT_LOOKS } from '../../stats/planned-looks.ts';
import { runGated, type GatedRun } from './gated-run.ts';
import { run } from '../execute.ts';
import type { RunOptions } from '../prepare/prepared.ts';

export interface CalibrateOptions extends Omit<RunOptions, 'isDecided' | 'store'> {
  /** Pairs from which the noise is estimated. */
  readonly pairs: number;
  /** Gates that are measured one after another, each with servers of its own. */
  readonly gates: number;
  readonly onProgress?: (step: CalibrationStep) => void;
}

/** From so many pairs on the noise is known well enough to stop, where more could not change what it recommends. */
const FEWEST_PAIRS = 48;

/** Enough that 1% of them is several, and still a matter of a second. */
const RESAMPLED = 1000;

/** A change that most people would call one. */
const WANTED_EFFECT = 0.1;

/**
 * Measures a state against itself: the noise of this machine and target, and how often gates cry wolf there.
 *
 * Of a scenario the last state is taken, twice. An interrupt ends it early; what was measured counts.
 */
export const calibrate = async (decoded: DecodedScenario, options: CalibrateOptions): Promise<Calibration> => {
  const planned = withGatePlan(sameStateTwice(decoded), 0);
  const { scenario } = planned;
  const { alpha } = scenario.compare;
  const looks = looksOf(scenario);
  const level = { looks, alpha: alphaPerLook(alpha, looks.length) };
  const { pairs, gates, onProgress } = options;
  onProgress?.({ step: 'plan', pairs, gates, looks });
  const began = performance.now();
  const record = await run(
    { ...planned, scenario: withPairs(scenario, pairs) },
    { ...options, isDecided: (soFar) => isNoiseKnown(pairedDifferences(soFar, scenario.compare), wanted(level)) },
  );
  const differences = pairedDifferences(summarizeRun(record), scenario.compare);
  if (differences.length === 0) {
    throw new ResumarkError('TARGET', 'no handshake of the calibration was honoured, so no noise can be measured.');
  }
  const measured = new Set(record.blocks.map(({ round }) => round)).size;
  onProgress?.({ step: 'noise', pairMs: (performance.now() - began) / Math.max(1, measured), gates, looks });
  return {
    target: targetOf(record),
    alpha,
    looks,
    handshakesPerBlock: scenario.plan.handshakesPerBlock ?? 0,
    concurrency: scenario.load.concurrency,
    noise: differences.map((one) => metricNoise(one, level)),
    resampled: resampledGates(differences, { ...level, gates: RESAMPLED, seed: record.seed }),
    measured: alarmCount(await measuredGates(planned, options)),
    recommended: { effect: WANTED_EFFECT, pairs: pairsFor(differences, WANTED_EFFECT, alpha) },
  };
};

/** The plan of the gates: its interim looks, or the one number of rounds that the user has set. */
const looksOf = ({ plan: { looks, rounds, pairs } }: Scenario): readonly number[] => {
  const fixed = rounds ?? pairs;
  return looks ?? (fixed === undefined ? DEFAULT_LOOKS : [fixed]);
};

const wanted = ({ looks, alpha }: NoiseLevel) => ({ effect: WANTED_EFFECT, alpha, leastPairs: looks[0] ?? 0 });

/** One state under two names. A server that the run starts is started twice: so is each build of a real comparison. */
const sameStateTwice = ({ scenario, sources }: DecodedScenario): DecodedScenario => {
  const state = Object.values(scenario.states).at(-1);
  if (state === undefined) throw new TypeError('a scenario has at least one state');
  return { scenario: { ...scenario, states: { first: state, second: state }, gates: [] }, sources };
};

const withPairs = (scenario: Scenario, pairs: number): Scenario => ({
  ...scenario,
  plan: { ...scenario.plan, looks: pairs > FEWEST_PAIRS ? [FEWEST_PAIRS, pairs] : [pairs], rounds: undefined, pairs: undefined },
});

const measuredGates = async (
  planned: DecodedScenario,
  { gates, onProgress, signal, onEvent }: CalibrateOptions,
): Promise<GateOutcome[]> => {
  const outcomes: GateOutcome[] = [];
  while (outcomes.length < gates && signal?.aborted !== true) {
    const gated = await unlessInterrupted(runGated(planned, { ...(signal && { signal }), ...(onEvent && { onEvent }) }));
    if (gated?.summary.run.status !== 'complete') break;
    const { decision } = gated;
    outcomes.push(decision.outcome);
    onProgress?.({ step: 'gate', number: outcomes.length, gates, outcome: decision.outcome });
    const finding = gatesFinding(outcomes, planned.scenario.compare.alpha);
    if (finding !== undefined && outcomes.length < gates) {
      onProgress?.({ step: 'enough', gates: outcomes.length, finding });
      break;
    }
  }
  return outcomes;
};

/** What was measured before counts. */
const unlessInterrupted = (gated: Promise<GatedRun>): Promise<GatedRun | undefined> =>
  gated.catch((error: unknown) => {
    if (!isInterruption(error)) throw error;
    return undefined;
  });

const targetOf = ({ states }: RunRecord): string => [...new Set(states.map(({ target }) => target))].join(', ');
