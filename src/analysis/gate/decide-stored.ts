import type { Gate, GateDecision } from '../../domain/gate.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { measuredUnlike } from '../compare/compatibility.ts';
import { comparableSides } from '../compare/stored.ts';
import type { RunSummary } from '../summary/run-summary.ts';
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
}

/**
 * Judges gates of a run that exists.
 *
 * @throws ResumarkError USAGE for a gate that nothing in the run answers; RESULT_FILE for a baseline that was measured in another way.
 */
export const decideStored = (summary: RunSummary, { gates, settings, baselines, isForced }: StoredGateOptions): GateDecision => {
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
