import { readTree } from '../src/cpu/processes.ts';
import type { MeasuredLoad } from '../src/load/load-generator.ts';
import type { LoadSource } from '../src/load/load-source.ts';
import { run } from '../src/run/execute.ts';
import { THIS_MACHINE } from '../src/run/prepare/this-machine.ts';
import type { DecodedScenario } from '../src/scenario/decode.ts';
import { hodgesLehmann } from '../src/stats/hodges-lehmann.ts';
import { markdownTable, us } from './markdown.ts';
import { median } from './median.ts';
import { GROUP_SIZE, TwoGenerators, type Turn } from './two-generators.ts';

/** The most that the CPU time per handshake may be of that without a coordinator. */
const MOST_RATIO = 1.02;

/** Of each bound: both together are an interval of 95 %. */
const ALPHA = 0.025;

/** A window's client CPU time per handshake, in ns. */
interface CpuUse {
  /** Of the threads that load. */
  readonly threads: number;
  /** Of every process but the target, from the window's being handed out to its report. */
  readonly all: number;
}

/** What both generators used, a window after the other. */
type Uses = Readonly<Record<Turn, readonly CpuUse[]>>;

/**
 * @param oneToNone of one agent, and of the same load without a coordinator.
 * @param noneToNone of the same load twice without one: its ratio is 1, and its interval says how far the method sees.
 */
export const overheadTable = (oneToNone: Uses, noneToNone: Uses): string => {
  const pairs = [
    { name: 'one agent, to none', uses: oneToNone, most: MOST_RATIO },
    { name: 'none, to none', uses: noneToNone, most: undefined },
  ];
  return markdownTable(
    ['client CPU per handshake', 'first', 'second', 'ratio', '95 % interval', 'at most'],
    pairs.flatMap(({ name, uses, most }) => [
      row(`threads that load: ${name}`, uses, ({ threads }) => threads, most),
      row(`all processes: ${name}`, uses, ({ all }) => all, undefined),
    ]),
  );
};

/**
 * Loads with another source and with this machine's threads in turns, within one run.
 *
 * @param scenario whose rounds are a multiple of {@link GROUP_SIZE}, and its warm-up rounds too.
 * @param targetPid its processes are counted for neither.
 */
export const inTurns = async (scenario: DecodedScenario, first: LoadSource, targetPid: number): Promise<Uses> => {
  const uses: Record<Turn, CpuUse[]> = { first: [], second: [] };
  let before = 0;
  const loadFrom = TwoGenerators.source(first, THIS_MACHINE, {
    begins: () => {
      before = allOurCpuNs(targetPid);
    },
    ends: (turn, load) => {
      uses[turn].push(cpuUse(load, allOurCpuNs(targetPid) - before));
    },
  });
  await run(scenario, { loadFrom });
  const warmups = (scenario.scenario.plan.warmup / GROUP_SIZE) * 2;
  return { first: uses.first.slice(warmups), second: uses.second.slice(warmups) };
};

/** CPU time so far of everything but the target. */
const allOurCpuNs = (targetPid: number): number => {
  const targets = new Set(readTree([targetPid]).map(({ pid }) => pid));
  const ours = readTree([process.pid]).filter(({ pid }) => !targets.has(pid));
  return ours.flatMap(({ threadsNs }) => [...threadsNs.values()]).reduce((sum, ns) => sum + ns, 0);
};

const cpuUse = ({ hosts }: MeasuredLoad, allNs: number): CpuUse => {
  const [host] = hosts;
  const handshakes = host?.streams[0]?.counts.handshakes ?? 0;
  const threadsNs = host?.workers.reduce((sum, { cpuNs }) => sum + (cpuNs?.[0] ?? Number.NaN), 0) ?? Number.NaN;
  return { threads: threadsNs / handshakes, all: allNs / handshakes };
};

const row = (name: string, { first, second }: Uses, of: (use: CpuUse) => number, most: number | undefined): string[] => {
  const ofGroup = (uses: readonly CpuUse[], group: number): number =>
    uses.slice(2 * group, 2 * group + 2).reduce((sum, use) => sum + of(use), 0);
  const logRatios = Array.from({ length: first.length / 2 }, (_, group) =>
    Math.log(ofGroup(first, group) / ofGroup(second, group)),
  );
  const { estimate, lower, upper } = hodgesLehmann(logRatios, ALPHA) ?? {
    estimate: Number.NaN,
    lower: Number.NaN,
    upper: Number.NaN,
  };
  const [ratio, low, high] = [estimate, lower, upper].map((log) => Math.exp(log).toFixed(3));
  return [
    name,
    us(median(first.map(of))),
    us(median(second.map(of))),
    `${String(ratio)}${most !== undefined && Math.exp(upper) > most ? ' (not shown)' : ''}`,
    `${String(low)} to ${String(high)}`,
    most === undefined ? '' : String(most),
  ];
};
