import { usableCores } from '../../cpu/machine.ts';
import type { LoadSource } from '../../load/load-source.ts';
import { ThreadFleet } from '../../load/thread-fleet.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { checkMachineLimits } from './check-machine-limits.ts';
import { checkSources } from './check-sources.ts';

/** Loads with worker threads of this process. */
export const THIS_MACHINE: LoadSource = {
  check: async (scenario) => {
    checkMachineLimits(scenario);
    await checkSources(scenario);
  },
  start: (engine, scenario) => ThreadFleet.start(workersOf(scenario), engine),
};

/** More threads than this want more cores than a generator should take from the server unasked. */
const MOST_DEFAULT_WORKERS = 4;

/** A worker without a connection has nothing to do. */
const workersOf = ({ workers, load }: Scenario): number =>
  Math.min(workers ?? Math.min(MOST_DEFAULT_WORKERS, Math.max(1, usableCores() - 1)), load.concurrency);
