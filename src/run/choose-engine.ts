import { ResumarkError } from '../domain/error.ts';
import { ENGINE_NAMES, type Engine } from '../engine/engine.ts';
import { openEngine, type EngineChoice } from '../engine/open.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface ChosenEngine {
  readonly choice: EngineChoice;
  readonly engine: Engine;
  /** Why this one, for the record and the user. */
  readonly reason: string;
  /** Why not a faster one, empty when it is the fastest or was asked for. */
  readonly obstacles: readonly string[];
}

/**
 * Opens the engine that the scenario asks for; `auto` takes the fastest that runs here.
 *
 * @throws ResumarkError ENGINE when the engine that was asked for cannot run here.
 */
export const chooseEngine = (scenario: Scenario): ChosenEngine => {
  const libssl = scenario.libssl ?? null;
  if (scenario.engine !== 'auto' || libssl !== null) {
    const name = scenario.engine === 'auto' ? 'openssl' : scenario.engine;
    if (name !== 'openssl' && libssl !== null) {
      throw new ResumarkError('USAGE', `--libssl is for engine openssl, but the engine is ${name}.`, 'Leave one of them out.');
    }
    const choice = { name, libssl };
    return { choice, engine: openEngine(choice), reason: 'it was asked for', obstacles: [] };
  }
  const obstacles: string[] = [];
  for (const name of ENGINE_NAMES) {
    try {
      const choice = { name, libssl };
      const reason = obstacles.length === 0 ? 'it is the fastest' : 'the faster ones cannot run here';
      return { choice, engine: openEngine(choice), reason, obstacles };
    } catch (error) {
      if (!(error instanceof ResumarkError)) throw error;
      obstacles.push(`${name}: ${error.message}`);
    }
  }
  throw new ResumarkError('ENGINE', `no engine runs here: ${obstacles.join(' ')}`);
};
