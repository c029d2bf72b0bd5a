import type { CompareSettings } from '../../scenario/compare-schema.ts';
import type { RunSummary } from '../summary/run-summary.ts';

/** Everything that evidence is taken from. */
export interface GateContext {
  readonly summary: RunSummary;
  /** Level of each bound. */
  readonly alpha: number;
  readonly settings: CompareSettings;
  /** Runs of the state before that were measured apart; with none, it is a state of the run itself. */
  readonly baselines: readonly RunSummary[];
  /** What the baselines were measured with otherwise than the run, such as its processor or load. */
  readonly unlike: readonly string[];
}
