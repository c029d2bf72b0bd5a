import { brokerAddress } from '../../src/distributed/broker/address.ts';
import { AgentPool } from '../../src/distributed/coordinator/agent-pool.ts';
import { run } from '../../src/run/execute.ts';
import { version } from '../../src/run/version.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';
import { scenarioFor } from './scenario.ts';
import { TimedFleet, type WindowMarks } from './timed-fleet.ts';

/** The process of one run with simulated agents: everything but the load is real. It ends with the bench. */
export interface CoordinatorOrder {
  readonly socket: string;
  readonly agents: number;
  readonly windows: number;
  readonly windowMs: number;
}

/** Sent before the first window that counts, and after the last. */
export type CoordinatorMessage =
  | { readonly type: 'begins' }
  | {
      readonly type: 'ended';
      readonly windows: readonly WindowMarks[];
      readonly assembledMs: number;
      readonly status: string;
      readonly lost: readonly string[];
      readonly rssBefore: number;
      readonly rssPeak: number;
    };

const { socket, agents, windows, windowMs } = JSON.parse(process.argv[2] ?? '') as CoordinatorOrder;

process.on('disconnect', () => {
  process.exit();
});
const tell = (message: CoordinatorMessage): void => {
  process.send?.(message);
};

const startMs = performance.now();
const pool = await AgentPool.assemble({
  coordinator: await brokerAddress(`unix:${socket}`, { environment: {} }),
  version,
  agents,
  readyTimeoutMs: 30_000,
});
const assembledMs = performance.now() - startMs;
const marks: WindowMarks[] = [];
let fleet: TimedFleet | undefined;
let rssBefore = 0;
const scenario = scenarioFor(agents, { rounds: windows, warmup: 1, duration: `${String(windows * windowMs)}ms` });
const { status } = await run(decodeScenario(scenario, {}, 'simulation'), {
  loadFrom: {
    check: () => Promise.resolve(),
    start: (engine, { workers }) => Promise.resolve((fleet = new TimedFleet(pool, { engine, workers }, windowMs))),
  },
  onEvent: (event) => {
    if (event.type === 'window-started') {
      fleet?.beginWindow();
      if (event.at.round < 0) rssBefore = process.memoryUsage.rss();
      if (event.at.round === 0) tell({ type: 'begins' });
    }
    if (event.type === 'window-ended' && event.at.round >= 0 && fleet !== undefined) marks.push(fleet.endWindow());
  },
});
tell({
  type: 'ended',
  windows: marks,
  assembledMs,
  status,
  lost: pool.members.flatMap(({ hello, absence }) => (absence === undefined ? [] : [`${hello.name} ${absence.reason}`])),
  rssBefore,
  rssPeak: process.resourceUsage().maxRSS * 1024,
});
await pool.close();
