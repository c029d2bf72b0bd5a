import type { Gate, GateDecision } from '../../domain/gate.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { measuredUnlike } from '../compare/compatibility.ts';
import { comparableSides } from '../compare/stored.ts';
import { acceptedRun, type RunSummary } from '../summary/run-summary.ts';
import { decideGates } from './decide.ts';
import { parseGate } from './parse.ts';
import { baselineState, checkGate } from './subjects.ts';

export interface StoredGateOptions {
  readonly gates: readonly Gate[];
  readonly settings: CompareSettings;
  /** Runs of the state before; with none, it is the first state of the run itself. */
  readonly baselines: readonly RunSummary[];
  /** Judge against baselines that differ in more than the change. */
  readonly isForced: boolean;
  /** Judge partial runs by what they have; default false, which leaves their gates undecided. */
  readonly acceptsPartial?: boolean;
}

/**
 * Judges gates of a run that exists.
 *
 * @throws ResumarkError USAGE for a gate that nothing in the run answers; RESULT_FILE for a baseline that was measured in another way.
 */
export const decideStored = (stored: RunSummary, options: StoredGateOptions): GateDecision => {
  const { gates, settings, isForced, acceptsPartial = false } = options;
  const summary = acceptedRun(stored, acceptsPartial);
  const baselines = options.baselines.map((baseline) => acceptedRun(baseline, acceptsPartial));
  const { run } = summary;
  for (const gate of gates) checkGate(gate, run.cells, baselines.length > 0);
  const tested = run.states.map(({ label }) => label).filter((label) => label !== baselineState(run.cells));
  const sides = (baselines.length === 0 ? [] : tested).map((label) =>
    comparableSides({ label, runs: baselines }, { label, runs: [summary] }, { state: undefined, isForced }),
  );
  const unlike = measuredUnlike(sides.flatMap(({ differences }) => differences));
  return decideGates(summary, { gates, settings, baselines, unlike });
};

/** The gates that a run was measured with. */
export const storedGates = ({ settings }: RunSummary): Gate[] => settings.gates.map(parseGate);
