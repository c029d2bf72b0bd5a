import { countsOf } from '../../src/distributed/protocol/progress.ts';
import { measuredOf, type Measured } from '../../src/distributed/protocol/tasks.ts';
import type { LoadGenerator } from '../../src/load/load-generator.ts';
import { ThreadFleet } from '../../src/load/thread-fleet.ts';
import { run } from '../../src/run/execute.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { scenarioFor, WORKERS } from './scenario.ts';

/** Long enough for histograms to have filled most of their buckets. */
const DURATION = '10s';

/** Records what an agent with its worker threads answers, of a real load on loopback: simulated ones give it again and again. */
export const record = async (): Promise<Measured> => {
  let answer: Measured | undefined;
  const keep = (one: Measured): void => {
    answer = one;
  };
  const scenario = scenarioFor(1, { rounds: 1, warmup: 0, duration: DURATION });
  await run(decodeScenario(scenario, {}, 'recording'), {
    loadFrom: {
      check: () => Promise.resolve(),
      start: async (engine) => recorded(await ThreadFleet.start(WORKERS, engine), keep),
    },
  });
  if (answer === undefined) throw new Error('nothing was recorded');
  return answer;
};

/** A load generator whose reports are kept as an agent would send them. */
const recorded = (fleet: ThreadFleet, keep: (answer: Measured) => void): LoadGenerator => ({
  workers: fleet.workers,
  agents: undefined,
  startMarginNs: fleet.startMarginNs,
  open: (contexts) => fleet.open(contexts),
  arm: (parts) => fleet.arm(parts),
  measure: async (startInNs) => {
    const load = await fleet.measure(startInNs);
    for (const host of load.hosts) {
      keep(measuredOf(host, { startSkewNs: 0, slackNs: 0, progress: countsOf(fleet.progress(), fleet.latencyCounts()) }));
    }
    return load;
  },
  progress: () => fleet.progress(),
  control: (control) => {
    fleet.control(control);
  },
  close: () => fleet.close(),
});
