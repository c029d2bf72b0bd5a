import { ENGINE_NAMES, type EngineName } from '../../domain/engine-name.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { ClientSettings, Engine } from '../../engine/engine.ts';
import { engineChoice, openEngine, type EngineChoice } from '../../engine/open.ts';
import type { Scenario } from '../../scenario/schema.ts';

export interface ChosenEngine {
  readonly choice: EngineChoice;
  readonly engine: Engine;
  /** Reason for this one, for the record and the user. */
  readonly reason: string;
  /** Reasons against the faster ones, empty when it is the fastest or was asked for. */
  readonly obstacles: readonly string[];
}

/**
 * Opens the engine that the scenario asks for; `auto` takes the fastest that runs here and can do what each of the settings asks for.
 *
 * @throws ResumarkError ENGINE when the engine that was asked for cannot run here, or cannot do it. No connection is made before.
 */
export const chooseEngine = (
  { engine, libssl, spin }: Pick<Scenario, 'engine' | 'libssl' | 'spin'>,
  settings: readonly ClientSettings[],
): ChosenEngine => {
  if (isChoiceOurs({ engine, libssl })) return chooseFastest(ENGINE_NAMES, { spin, settings, obstacles: [] });
  const choice = engineChoice(engine === 'auto' ? 'openssl' : engine, { libssl, spin });
  return { choice, engine: openFor(choice, settings), reason: 'it was asked for', obstacles: [] };
};

/**
 * Opens the engine after one that `auto` has chosen and that turned out to be unfit for a target. Only `wire` has one: the others all leave
 * the handshake to OpenSSL.
 *
 * @param obstacle the reason against the one that was chosen, as a sentence.
 * @returns `undefined` when there is none, or none that can do what the settings ask for.
 */
export const nextEngine = (
  { engine, libssl, spin }: Pick<Scenario, 'engine' | 'libssl' | 'spin'>,
  settings: readonly ClientSettings[],
  { choice: { name }, obstacles }: ChosenEngine,
  obstacle: string,
): ChosenEngine | undefined => {
  if (!isChoiceOurs({ engine, libssl }) || name !== 'wire') return undefined;
  const rest = ENGINE_NAMES.slice(ENGINE_NAMES.indexOf(name) + 1);
  try {
    return chooseFastest(rest, { spin, settings, obstacles: [...obstacles, obstacle] });
  } catch (error) {
    if (error instanceof ResumarkError) return undefined;
    throw error;
  }
};

const isChoiceOurs = ({ engine, libssl }: Pick<Scenario, 'engine' | 'libssl'>): boolean =>
  engine === 'auto' && libssl === undefined;

interface Wanted {
  readonly spin: boolean;
  readonly settings: readonly ClientSettings[];
  /** Reasons against the engines before. */
  readonly obstacles: readonly string[];
}

const chooseFastest = (names: readonly EngineName[], { spin, settings, obstacles: before }: Wanted): ChosenEngine => {
  const obstacles = [...before];
  for (const name of names) {
    try {
      const choice = engineChoice(name, { spin });
      const reason = obstacles.length === 0 ? 'it is the fastest' : 'it is the fastest that can';
      return { choice, engine: openFor(choice, settings), reason, obstacles };
    } catch (error) {
      if (!(error instanceof ResumarkError)) throw error;
      // What keeps both native engines from running is one reason.
      if (!obstacles.includes(error.message)) obstacles.push(error.message);
    }
  }
  throw new ResumarkError('ENGINE', `no engine can run this here: ${obstacles.join(' ')}`);
};

/** Opens an engine that takes all of the settings: an engine refuses what it cannot do when a client is made. */
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
