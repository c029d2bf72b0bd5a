import { parseArgs } from 'node:util';
import { gatherHere, type GatheredAgents } from '../src/distributed/gather.ts';
import type { LoadGenerator, MeasuredLoad } from '../src/load/load-generator.ts';
import type { LoadSource } from '../src/load/load-source.ts';
import { run } from '../src/run/execute.ts';
import { THIS_MACHINE } from '../src/run/prepare/this-machine.ts';
import { version } from '../src/run/version.ts';
import { decodeScenario, type RawSettings } from '../src/scenario/decode.ts';
import { startReferenceServer } from '../src/target/reference/reference-server.ts';
import { inTurns, overheadTable } from './agent-overhead.ts';
import { markdownTable } from './markdown.ts';
import { median } from './median.ts';
import { GROUP_SIZE } from './two-generators.ts';

/**
 * The price of agents: client CPU per handshake of one agent against that of the same load without a coordinator, in turns, and the time
 * that a window with many agents takes beside its load. Agents, Redis and target are on this machine.
 *
 * Run with `npm run bench:agents`.
 */
const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '200' },
    agents: { type: 'string', default: '16' },
    windows: { type: 'string', default: '40' },
  },
});

/** Of the windows that one agent takes in turns with none. */
const WINDOW_MS = 500;

const MOST_COORDINATION_NS = 30e6;

const target = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });

const scenarioOf = (more: RawSettings) =>
  decodeScenario(
    {
      states: { server: { target: `127.0.0.1:${String(target.port)}`, insecure: true } },
      protocols: ['TLSv1.3'],
      modes: ['full'],
      workers: 1,
      ...more,
    },
    {},
    'agents',
  );

const withAgents = async <Value>(agents: number, use: (gathered: GatheredAgents) => Promise<Value>): Promise<Value> => {
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  const gathered = await gatherHere({ agents, version, readyTimeoutMs: 120_000, warn });
  try {
    return await use(gathered);
  } finally {
    await gathered.close();
  }
};

const overheadOfOne = async (): Promise<string> => {
  const groups = Number(values.groups);
  const rounds = groups * GROUP_SIZE;
  const duration = `${String((rounds * WINDOW_MS) / 1000)}s`;
  const scenario = scenarioOf({ load: { concurrency: 8 }, plan: { rounds, duration, warmup: GROUP_SIZE } });
  return overheadTable(
    await withAgents(1, (agent) => inTurns(scenario, agent, target.pid)),
    await inTurns(scenario, THIS_MACHINE, target.pid),
  );
};

/** Times of one window, in ns. */
interface Timing {
  /** Handing out: tasks go out, each worker obtains a session, and all wait for the start. */
  readonly armNs: number;
  /** From the word to begin until the common start. */
  readonly marginNs: number;
  /** Of that, until the last agent had heard it. */
  readonly wayNs: number;
  /** From the end of the last connection until the reports are here. */
  readonly returnNs: number;
}

/** Keeps the times of what a load generator is asked. */
class TimedGenerator implements LoadGenerator {
  readonly timings: Timing[] = [];
  readonly #inner: LoadGenerator;
  #armNs = 0;

  constructor(inner: LoadGenerator) {
    this.#inner = inner;
  }

  get workers(): number {
    return this.#inner.workers;
  }

  get agents(): LoadGenerator['agents'] {
    return this.#inner.agents;
  }

  get startMarginNs(): number {
    return this.#inner.startMarginNs;
  }

  open(...args: Parameters<LoadGenerator['open']>): Promise<void> {
    return this.#inner.open(...args);
  }

  async arm(...args: Parameters<LoadGenerator['arm']>): Promise<void> {
    const beginMs = performance.now();
    await this.#inner.arm(...args);
    this.#armNs = (performance.now() - beginMs) * 1e6;
  }

  async measure(marginNs: number): Promise<MeasuredLoad> {
    const beginMs = performance.now();
    const measured = await this.#inner.measure(marginNs);
    const allNs = (performance.now() - beginMs) * 1e6;
    const { hosts } = measured;
    const lastEndNs = Math.max(...hosts.flatMap(({ workers }) => workers.map((worker) => worker.lastEndNs)));
    const wayNs = marginNs - Math.min(...hosts.map(({ slackNs = Number.NaN }) => slackNs));
    this.timings.push({ armNs: this.#armNs, marginNs, wayNs, returnNs: allNs - marginNs - lastEndNs });
    return measured;
  }

  progress(): ReturnType<LoadGenerator['progress']> {
    return this.#inner.progress();
  }

  control(...args: Parameters<LoadGenerator['control']>): void {
    this.#inner.control(...args);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

const coordination = async (): Promise<string> => {
  const [agents, rounds] = [Number(values.agents), Number(values.windows)];
  // Next to no load: it would compete with the coordination for the cores.
  const load = { rate: `${String(10 * agents)}/s` };
  const scenario = scenarioOf({ load, plan: { rounds, handshakesPerBlock: 2 * agents, warmup: 2 } });
  const timings = await withAgents(agents, async (gathered) => {
    const timed: TimedGenerator[] = [];
    const loadFrom: LoadSource = {
      check: (asked) => gathered.check(asked),
      start: async (engine, asked) => {
        const generator = new TimedGenerator(await gathered.start(engine, asked));
        timed.push(generator);
        return generator;
      },
    };
    await run(scenario, { loadFrom });
    // The first windows find out how long orders take.
    return timed.flatMap((generator) => generator.timings).slice(4);
  });
  const medianOf = (value: (timing: Timing) => number): number => median(timings.map(value));
  const wholeNs = medianOf(({ marginNs, returnNs }) => marginNs + returnNs);
  const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`;
  const rows: readonly (readonly [string, number])[] = [
    ['handing out, with a handshake of each', medianOf(({ armNs }) => armNs)],
    ['word to begin, until the last agent has it', medianOf(({ wayNs }) => wayNs)],
    ['word to begin, until the common start', medianOf(({ marginNs }) => marginNs)],
    ['last end, until all reports are merged', medianOf(({ returnNs }) => returnNs)],
  ];
  return markdownTable(
    [`a window with ${String(agents)} agents`, 'median of ' + String(timings.length), 'at most'],
    [
      ...rows.map(([what, ns]) => [what, ms(ns), '']),
      [
        'measuring beside its load',
        `${ms(wholeNs)}${wholeNs <= MOST_COORDINATION_NS ? '' : ' (missed)'}`,
        ms(MOST_COORDINATION_NS),
      ],
    ],
  );
};

try {
  process.stdout.write(`${await overheadOfOne()}\n${await coordination()}`);
} finally {
  await target.close();
}
