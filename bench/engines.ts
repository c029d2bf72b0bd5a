import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ENGINE_NAMES, type EngineName } from '../src/domain/engine-name.ts';
import type { ScenarioInput } from '../src/index.ts';
import type { Case } from './case.ts';
import type { Contender, Measure, Sample } from './contender.ts';
import type { BenchServer } from './server.ts';
import { isWanted, type BenchOptions } from './options.ts';
import type { EngineReport } from './engine-process.ts';

/** All engines there are, each with verification of the certificate and without. */
export const engineContenders = (): Contender[] =>
  ENGINE_NAMES.flatMap((engine) => [contenderOf(engine, false), contenderOf(engine, true)]);

/** The engines that are asked for. */
export const wantedEngines = (options: BenchOptions): EngineName[] => ENGINE_NAMES.filter((name) => isWanted(options, name));

const contenderOf = (engine: EngineName, insecure: boolean): Contender => ({
  name: insecure ? `${engine}, not verifying` : engine,
  remark: insecure ? '' : 'chain and name verified',
  takes: () => true,
  measure: async (order) => sampleOf(await runEngine(scenarioOf(engine, order, insecure))),
});

const scenarioOf = (engine: EngineName, { what, server, seconds, concurrency }: Measure, insecure: boolean): ScenarioInput => ({
  ...baseScenario(engine, server, insecure),
  ...warmed(what, seconds),
  load: { concurrency },
});

/** One case in four rounds of so many seconds: the first three compile the code and fill the caches, and are not counted. */
export const warmed = (what: Case, seconds: number): Pick<ScenarioInput, 'protocols' | 'modes' | 'plan'> => ({
  protocols: [what.protocol],
  modes: [what.mode],
  plan: { rounds: 4, duration: `${String(4 * seconds)}s`, warmup: 0 },
});

/** What all scenarios of the bench have in common. */
export const baseScenario = (engine: EngineName, { port, certificatePath }: BenchServer, insecure = false): ScenarioInput => ({
  name: 'bench',
  states: { server: { target: `127.0.0.1:${String(port)}` } },
  engine,
  workers: 1,
  tls: { cacert: certificatePath, insecure, groups: 'X25519:P-256' },
});

/** Runs a scenario in a process of its own, whose last block is reported. */
export const runEngine = async (scenario: ScenarioInput): Promise<EngineReport> => {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const child = fork(fileURLToPath(new URL(`./engine-process${extension}`, import.meta.url)), { execArgv: [] });
  const exited = once(child, 'exit');
  child.send(scenario);
  const answered = once(child, 'message') as Promise<[EngineReport]>;
  const ended = exited.then(([code]) => Promise.reject(new Error(`an engine ended with code ${String(code)} and told nothing`)));
  const [report] = await Promise.race([answered, ended]);
  await exited;
  return report;
};

/** What a report comes to per handshake and per second. */
export interface Usage {
  readonly perSecond: number;
  /** CPU time per handshake: of the thread that performs them, and of the server. */
  readonly clientNs: number;
  readonly serverNs: number;
  /** Cores that were kept busy. */
  readonly clientCores: number;
  readonly serverCores: number;
}

export const usageOf = ({ full, resumed, seconds, threadCpuNs, serverCpuNs }: EngineReport): Usage => ({
  perSecond: (full + resumed) / seconds,
  clientNs: threadCpuNs / (full + resumed),
  serverNs: serverCpuNs / (full + resumed),
  clientCores: threadCpuNs / (seconds * 1e9),
  serverCores: serverCpuNs / (seconds * 1e9),
});

const sampleOf = (report: EngineReport): Sample => ({
  full: report.full,
  resumed: report.resumed,
  clientCpuNs: (report.processNs ?? Number.NaN) * (report.full + report.resumed),
  threadCpuNs: report.threadCpuNs,
  serverCpuNs: report.serverCpuNs,
  seconds: report.seconds,
});
