import { availableParallelism } from 'node:os';
import type { RunRecord } from '../domain/run-record.ts';
import { ThreadFleet } from '../load/thread-fleet.ts';
import type { DecodedScenario } from '../scenario/decode.ts';
import { expand } from '../scenario/expand.ts';
import type { Scenario } from '../scenario/schema.ts';
import { measure } from './measurement.ts';
import { checkMachineLimits } from './prepare/check-machine-limits.ts';
import { closeStates, openStates, type OpenState } from './prepare/open-states.ts';
import { contextOf, prepareCells } from './prepare/prepare-cells.ts';
import type { RunOptions } from './prepare/prepared.ts';
import { proveEngine } from './prepare/prove-engine.ts';

/**
 * Executes a scenario once: opens its states, checks each with one handshake, and measures every cell for one block per round, in turns.
 *
 * @throws ResumarkError when nothing can be measured. Once measuring has begun, what was measured is kept.
 */
export const run = async (decoded: DecodedScenario, options: RunOptions = {}): Promise<RunRecord> => {
  const { scenario } = decoded;
  checkMachineLimits(scenario);
  const states = await openStates(scenario);
  try {
    return await runOn(states, decoded, options);
  } finally {
    await closeStates(states);
  }
};

const runOn = async (states: readonly OpenState[], decoded: DecodedScenario, options: RunOptions): Promise<RunRecord> => {
  const { scenario } = decoded;
  const expansion = expand(scenario);
  const cells = prepareCells(scenario, expansion, states);
  const { chosen, negotiated } = await proveEngine(
    scenario,
    cells.map(({ settings }) => settings),
    states,
  );
  try {
    const generator = await ThreadFleet.start(workersOf(scenario), chosen.choice);
    try {
      await generator.open(cells.map((cell) => contextOf(cell, scenario)));
      return await measure({ decoded, expansion, states, cells, chosen, negotiated, generator, options });
    } finally {
      await generator.close();
    }
  } finally {
    chosen.engine.close();
  }
};

/** More threads than this want more cores than a generator should take from the server unasked. */
const MOST_DEFAULT_WORKERS = 4;

const workersOf = (scenario: Scenario): number =>
  scenario.workers ?? Math.min(MOST_DEFAULT_WORKERS, Math.max(1, availableParallelism() - 1), scenario.load.concurrency);
