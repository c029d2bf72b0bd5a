import type { CpuSpan } from '../../src/cpu/meter.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { expand } from '../../src/scenario/expand.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { LoadGenerator } from '../../src/load/load-generator.ts';
import type { OpenState } from '../../src/run/prepare/open-states.ts';
import { HandshakeAccount } from '../../src/run/handshake-account.ts';
import type { Ending } from '../../src/domain/run-record.ts';
import { contextOf, prepareCells } from '../../src/run/prepare/prepare-cells.ts';
import type { Prepared, RunOptions } from '../../src/run/prepare/prepared.ts';

/** Everything that is ready when measuring begins, without a server: states are open on paper only. */
export const preparedOn = async (generator: LoadGenerator, input: ScenarioInput, options: RunOptions = {}): Promise<Prepared> => {
  const decoded = decodeScenario(input, {}, 'test');
  const { scenario } = decoded;
  const expansion = expand(scenario);
  const states = Object.keys(scenario.states).map(openOnPaper);
  const cells = prepareCells(scenario, expansion, states);
  await generator.open(cells.map((cell) => contextOf(cell, scenario, ENDING)));
  return {
    decoded,
    expansion,
    states,
    cells,
    chosen: {
      engine: { name: 'wire', library: 'none', tellsTurns: true, readsEveryHello: true },
      reason: 'it is a test',
      obstacles: [],
    },
    negotiated: new Map(),
    ending: ENDING,
    account: new HandshakeAccount(states),
    events: [],
    generator,
    options,
  };
};

const NOWHERE: CpuSpan = {
  look: () => undefined,
  cpuNs: () => undefined,
  used: () => ({ cpuNs: undefined, cpuAbsence: 'other-machine', quota: null, forwardsTo: [], pids: [] }),
};
const ENDING = { style: 'reset', reason: 'harmless', cells: [], unanswered: [] } as const satisfies Ending;

export const openOnPaper = (label: string): OpenState => ({
  label,
  kind: 'target',
  target: `${label}:443`,
  address: '127.0.0.1',
  port: 443,
  serverName: undefined,
  verify: false,
  ca: undefined,
  identity: undefined,
  way: undefined,
  fleet: undefined,
  cpu: { source: { state: 'unknown', reason: 'other-machine' }, start: () => NOWHERE },
  counts: undefined,
  controls: [],
  resumption: undefined,
  silence: undefined,
  countsRequests: false,
  close: () => Promise.resolve(),
});
