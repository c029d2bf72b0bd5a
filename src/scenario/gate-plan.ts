import { DEFAULT_LOOKS } from '../stats/planned-looks.ts';
import type { DecodedScenario, SettingSources } from './decode.ts';
import type { Scenario } from './schema.ts';

/**
 * Enough that a block's p50 is a property of the server, and few enough that the machine does not
 * drift within a pair.
 */
const LEAST_HANDSHAKES = 100;

/**
 * Fills in the plan of a run that is to be judged, where the user has left it open: as many rounds
 * as it takes, with interim looks, and one handshake at a time. The queue of a saturated generator
 * would be in every latency, and no gate could pass.
 *
 * @param handshakes the fewest that a block needs for the judged metrics.
 */
export const withGatePlan = ({ scenario, sources }: DecodedScenario, handshakes: number): DecodedScenario => ({
  scenario: { ...scenario, plan: gatePlan(scenario, sources, handshakes), load: gateLoad(scenario, sources) },
  sources,
});

const gatePlan = ({ plan }: Scenario, sources: SettingSources, handshakes: number): Scenario['plan'] => ({
  ...plan,
  ...(!isGiven(sources, ['plan.rounds', 'plan.pairs', 'plan.looks']) && { looks: [...DEFAULT_LOOKS] }),
  ...(!isGiven(sources, ['plan.duration', 'plan.handshakes', 'plan.handshakesPerBlock']) && {
    handshakesPerBlock: Math.max(LEAST_HANDSHAKES, handshakes),
  }),
});

const gateLoad = ({ load }: Scenario, sources: SettingSources): Scenario['load'] =>
  Object.keys(sources).some((path) => path.startsWith('load.')) ? load : { ...load, concurrency: 1 };

/**
 * Tells whether a run makes one handshake at a time because it judges, and not because the user has
 * asked for it.
 */
export const isOneAtATimeToJudge = ({ scenario: { load }, sources }: DecodedScenario): boolean =>
  load.model === 'closed' && load.concurrency === 1 && !isGiven(sources, ['load.concurrency']);

const isGiven = (sources: SettingSources, paths: readonly string[]): boolean => paths.some((path) => sources[path] !== undefined);
