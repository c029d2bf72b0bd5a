import { ResumarkError } from '../domain/error.ts';
import { ENGINE_NAMES, type Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why this one, for the record and the user. */
  readonly reason: string;
}

/**
 * Opens the engine that the scenario asks for; `auto` takes the fastest that runs here.
 *
 * @throws ResumarkError ENGINE when the engine that was asked for cannot run here.
 */
export const chooseEngine = (scenario: Scenario): ChosenEngine => {
  if (scenario.engine !== 'auto') return { engine: openEngine(scenario.engine), reason: 'it was asked for' };
  const obstacles: string[] = [];
  for (const name of ENGINE_NAMES) {
    try {
      const reason = obstacles.length === 0 ? 'it is the fastest' : `the faster ones cannot run here (${obstacles.join(' ')})`;
      return { engine: openEngine(name), reason };
    } catch (error) {
      if (!(error instanceof ResumarkError)) throw error;
      obstacles.push(`${name}: ${error.message}`);
    }
  }
  throw new ResumarkError('ENGINE', `no engine runs here: ${obstacles.join(' ')}`);
};
