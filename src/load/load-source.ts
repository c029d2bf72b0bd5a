import type { EngineChoice } from '../engine/open.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { LoadGenerator } from './load-generator.ts';

/** The machines that a run may load with: this one, or others. */
export interface LoadSource {
  /**
   * Looks whether they can carry the load of a scenario, before anything is opened.
   *
   * @throws ResumarkError USAGE naming what cannot be had, and where.
   */
  check(scenario: Scenario): Promise<void>;
  /** Starts the load generator of one run. */
  start(engine: EngineChoice, scenario: Scenario): Promise<LoadGenerator>;
}
