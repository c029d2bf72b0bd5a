import { ENGINE_NAMES } from '../../domain/engine-name.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { ClientSettings, Engine } from '../../engine/engine.ts';
import { openEngine, type EngineChoice } from '../../engine/open.ts';
import type { Scenario } from '../../scenario/schema.ts';

export interface ChosenEngine {
  readonly choice: EngineChoice;
  readonly engine: Engine;
  /** Why this one, for the record and the user. */
  readonly reason: string;
  /** Why not a faster one, empty when it is the fastest or was asked for. */
  readonly obstacles: readonly string[];
}

/**
 * Opens the engine that the scenario asks for; `auto` takes the fastest that runs here and can do what each of the settings asks for.
 *
 * @throws ResumarkError ENGINE when the engine that was asked for cannot run here, or cannot do it. No connection is made before.
 */
export const chooseEngine = (scenario: Scenario, settings: readonly ClientSettings[]): ChosenEngine => {
  const { spin } = scenario;
  const libssl = scenario.libssl ?? null;
  if (scenario.engine !== 'auto' || libssl !== null) {
    const name = scenario.engine === 'auto' ? 'openssl' : scenario.engine;
    if (name !== 'openssl' && libssl !== null) {
      throw new ResumarkError('USAGE', `--libssl is for engine openssl, but the engine is ${name}.`, 'Leave one of them out.');
    }
    const choice = { name, libssl, spin };
    return { choice, engine: openFor(choice, settings), reason: 'it was asked for', obstacles: [] };
  }
  return chooseFastest({ libssl, spin }, settings);
};

const chooseFastest = (rest: Omit<EngineChoice, 'name'>, settings: readonly ClientSettings[]): ChosenEngine => {
  const obstacles: string[] = [];
  for (const name of ENGINE_NAMES) {
    try {
      const choice = { ...rest, name };
      const reason = obstacles.length === 0 ? 'it is the fastest' : 'it is the fastest that can';
      return { choice, engine: openFor(choice, settings), reason, obstacles };
    } catch (error) {
      if (!(error instanceof ResumarkError)) throw error;
      obstacles.push(error.message);
    }
  }
  throw new ResumarkError('ENGINE', `no engine can run this here: ${obstacles.join(' ')}`);
};

/** What an engine cannot do it says here. */
const openFor = (choice: EngineChoice, settings: readonly ClientSettings[]): Engine => {
  const engine = openEngine(choice);
  try {
    for (const setting of settings) engine.client(setting).close();
    return engine;
  } catch (error) {
    engine.close();
    throw error;
  }
};
