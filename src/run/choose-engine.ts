import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why this one, for the record and the user. */
  readonly reason: string;
}

/**
 * Opens the engine that the scenario asks for; `auto` takes the fastest that runs here and can do what is asked.
 *
 * @throws ResumarkError ENGINE when the engine that was asked for cannot run here.
 */
export const chooseEngine = (scenario: Scenario): ChosenEngine => {
  if (scenario.engine !== 'auto') return { engine: openEngine(scenario.engine), reason: 'it was asked for' };
  return { engine: openEngine('node'), reason: 'it runs everywhere' };
};
