import { availableParallelism } from 'node:os';
import type { RunRecord } from '../domain/run-record.ts';
import type { ClientSettings, Negotiated } from '../engine/engine.ts';
import { Fleet } from '../load/thread-fleet.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { expand } from '../scenario/expand.ts';
import type { Scenario } from '../scenario/schema.ts';
import { chooseEngine, type ChosenEngine } from './prepare/choose-engine.ts';
import { clientSettings } from './prepare/client-settings.ts';
import { checkLimits } from './prepare/limits.ts';
import { Measurement } from './measurement.ts';
import { negotiatedKey, type ExecuteOptions } from './prepare/prepared.ts';
import { closeStates, openStates, type OpenState } from './prepare/open-states.ts';
import { preflight } from './prepare/preflight.ts';

/**
 * Executes a scenario once: opens its states, checks each with one handshake, and measures every cell for one block per round, in turns.
 *
 * @throws ResumarkError when nothing can be measured. Once measuring has begun, what was measured is kept.
 */
export const execute = async (decoded: DecodedScenario, options: ExecuteOptions = {}): Promise<RunRecord> => {
  const { scenario } = decoded;
  checkLimits(scenario);
  const states = await openStates(scenario);
  try {
    return await executeOn(states, decoded, options);
  } finally {
    await closeStates(states);
  }
};

const executeOn = async (states: readonly OpenState[], decoded: DecodedScenario, options: ExecuteOptions): Promise<RunRecord> => {
  const { scenario } = decoded;
  const chosen = chooseEngine(scenario, settingsOf(scenario, states));
  try {
    const negotiated = await preflightAll(chosen, scenario, states);
    const fleet = await Fleet.start(workersOf(scenario), chosen.choice);
    try {
      return await new Measurement({ decoded, chosen, states, negotiated, fleet, options }).run();
    } finally {
      await fleet.close();
    }
  } finally {
    chosen.engine.close();
  }
};

const settingsOf = (scenario: Scenario, states: readonly OpenState[]): ClientSettings[] =>
  expand(scenario).cells.flatMap((cell) =>
    states.filter(({ label }) => label === cell.state).map((state) => clientSettings(scenario, state, cell)),
  );

const preflightAll = async (
  { engine }: ChosenEngine,
  scenario: Scenario,
  states: readonly OpenState[],
): Promise<ReadonlyMap<string, Negotiated>> => {
  const negotiated = new Map<string, Negotiated>();
  for (const state of states) {
    for (const protocol of scenario.protocols) {
      negotiated.set(negotiatedKey(state.label, protocol), await preflight(engine, scenario, { state, protocol }));
    }
  }
  return negotiated;
};

/** More threads than this want more cores than a generator should take from the server unasked. */
const MOST_DEFAULT_WORKERS = 4;

const workersOf = (scenario: Scenario): number =>
  scenario.workers ?? Math.min(MOST_DEFAULT_WORKERS, Math.max(1, availableParallelism() - 1), scenario.load.concurrency);
