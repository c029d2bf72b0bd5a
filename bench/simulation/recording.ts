import { countsOf } from '../../src/distributed/protocol/progress.ts';
import type { Measured, Primed } from '../../src/distributed/protocol/tasks.ts';
import type { LoadGenerator } from '../../src/load/load-generator.ts';
import { ThreadFleet } from '../../src/load/thread-fleet.ts';
import { run } from '../../src/run/execute.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { scenarioFor, WORKERS } from './scenario.ts';

/** The answers of an agent, which simulated ones give again and again. */
export interface Recording {
  readonly primed: Primed;
  readonly measured: Measured;
}

/** Long enough for histograms to have filled most of their buckets. */
const DURATION = '10s';

/** Records what an agent with its worker threads answers, of a real load on loopback. */
export const record = async (): Promise<Recording> => {
  let answers: Partial<Recording> = {};
  const keep = (answer: Partial<Recording>): void => {
    answers = { ...answers, ...answer };
  };
  const scenario = scenarioFor(1, { rounds: 1, warmup: 0, duration: DURATION });
  await run(decodeScenario(scenario, {}, 'recording'), {
    loadFrom: {
      check: () => Promise.resolve(),
      start: async (engine) => recorded(await ThreadFleet.start(WORKERS, engine), keep),
    },
  });
  const { primed, measured } = answers;
  if (primed === undefined || measured === undefined) throw new Error('nothing was recorded');
  return { primed, measured };
};

/** A load generator whose reports are kept as an agent would send them. */
const recorded = (fleet: ThreadFleet, keep: (answer: Partial<Recording>) => void): LoadGenerator => ({
  workers: fleet.workers,
  agents: undefined,
  startMarginNs: fleet.startMarginNs,
  open: (contexts) => fleet.open(contexts),
  prime: async (requests) => {
    const reports = await fleet.prime(requests);
    keep({ primed: { reports, progress: countsOf(fleet.progress(), fleet.latencyCounts()) } });
    return reports;
  },
  measure: async (requests, startInNs) => {
    const load = await fleet.measure(requests, startInNs);
    for (const { workers, before, after, limits } of load.hosts) {
      keep({
        measured: {
          workers: [...workers],
          before: { ...before, quotas: [...before.quotas] },
          after: { ...after, quotas: [...after.quotas] },
          limits,
          startSkewNs: 0,
          slackNs: 0,
          progress: countsOf(fleet.progress(), fleet.latencyCounts()),
        },
      });
    }
    return load;
  },
  progress: () => fleet.progress(),
  control: (control) => {
    fleet.control(control);
  },
  close: () => fleet.close(),
});
