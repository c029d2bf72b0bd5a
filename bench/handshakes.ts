import { whileAwake } from './awake.ts';
import type { Case } from './case.ts';
import type { Contender, Sample } from './contender.ts';
import { engineContenders } from './engines.ts';
import { markdownTable } from './markdown.ts';
import { median } from './median.ts';
import { isWanted, type BenchOptions } from './options.ts';
import { ratioTable } from './ratios.ts';
import type { BenchServer } from './server.ts';
import { installedTools } from './tools.ts';

/** What a handshake costs: the medians of a client's measurements. */
export interface Cost {
  readonly clientNs: number;
  readonly threadNs: number | undefined;
  readonly serverNs: number;
  readonly perSecond: number;
}

/** What one client came to in one case. */
export interface Result extends Cost {
  readonly contender: Contender;
  readonly full: number;
  readonly resumed: number;
  /** The same with idle cores kept awake, where that was measured. */
  readonly awake: Cost | undefined;
}

/** Clients that are measured with cores kept awake as well: those of the table of ratios whose cost is near the server's. */
const ALSO_AWAKE: ReadonlySet<string> = new Set(['wire', 'openssl', 's_time']);

interface Samples {
  readonly halting: Sample[];
  readonly awake: Sample[];
}

/** What a handshake costs each client and the server: all clients in turns, again and again, so that a drift hits them alike. */
export const benchHandshakes = async (options: BenchOptions, server: BenchServer): Promise<string> => {
  const contenders = [...engineContenders(), ...installedTools()].filter(({ name }) => isWanted(options, name));
  const results = new Map<Case, readonly Result[]>();
  for (const what of options.cases) results.set(what, await benchCase(what, contenders, { options, server }));
  const tables = [...results].map(([{ label }, ofCase]) => `### ${label}\n\n${resultTable(ofCase)}`);
  return ['## Client and server CPU per handshake', '', ...tables, '### Ratios of client CPU', '', ratioTable(results)].join(
    '\n',
  );
};

const benchCase = async (
  what: Case,
  contenders: readonly Contender[],
  { options, server }: { readonly options: BenchOptions; readonly server: BenchServer },
): Promise<Result[]> => {
  const { repeats, seconds, concurrency, keepsAwake } = options;
  const taking = contenders.filter((contender) => contender.takes(what, server));
  const samples = new Map(taking.map((contender): [Contender, Samples] => [contender, { halting: [], awake: [] }]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const [contender, { halting, awake }] of samples) {
      process.stderr.write(`${what.label}, ${String(repeat)} of ${String(repeats)}: ${contender.name}\n`);
      const measure = (): Promise<Sample> => contender.measure({ what, server, seconds, concurrency });
      halting.push(await measure());
      if (keepsAwake && ALSO_AWAKE.has(contender.name)) awake.push(await whileAwake(measure));
    }
  }
  return [...samples].map(([contender, taken]) => resultOf(contender, taken));
};

const resultOf = (contender: Contender, { halting, awake }: Samples): Result => ({
  contender,
  full: halting.reduce((sum, { full }) => sum + full, 0),
  resumed: halting.reduce((sum, { resumed }) => sum + resumed, 0),
  ...costOf(halting),
  awake: awake.length === 0 ? undefined : costOf(awake),
});

const costOf = (samples: readonly Sample[]): Cost => {
  const per = (value: (sample: Sample) => number): number =>
    median(samples.map((sample) => value(sample) / (sample.full + sample.resumed)));
  const isEngine = samples.every(({ threadCpuNs }) => threadCpuNs !== undefined);
  return {
    clientNs: per(({ clientCpuNs }) => clientCpuNs),
    threadNs: isEngine ? per(({ threadCpuNs }) => threadCpuNs ?? 0) : undefined,
    serverNs: per(({ serverCpuNs }) => serverCpuNs),
    perSecond: median(samples.map(({ full, resumed, seconds }) => (full + resumed) / seconds)),
  };
};

const resultTable = (results: readonly Result[]): string =>
  markdownTable(
    [
      'client',
      'what it did',
      'handshakes per client CPU-second',
      'client CPU',
      'of it the thread',
      'server CPU',
      'rate',
      'cores awake: client CPU',
      'server CPU',
      'rate',
      'remark',
    ],
    results.map(({ contender, full, resumed, clientNs, threadNs, serverNs, perSecond, awake }) => [
      contender.name,
      didText(full, resumed),
      (1e9 / clientNs).toFixed(0),
      microseconds(clientNs),
      threadNs === undefined ? '' : microseconds(threadNs),
      microseconds(serverNs),
      `${perSecond.toFixed(0)}/s`,
      awake === undefined ? '' : microseconds(awake.clientNs),
      awake === undefined ? '' : microseconds(awake.serverNs),
      awake === undefined ? '' : `${awake.perSecond.toFixed(0)}/s`,
      contender.remark,
    ]),
  );

const microseconds = (ns: number): string => `${(ns / 1e3).toFixed(ns < 100e3 ? 1 : 0)} us`;

const didText = (full: number, resumed: number): string => {
  if (full + resumed === 0) return 'nothing';
  if (resumed === 0) return 'full';
  if (resumed / (full + resumed) > 0.99) return 'resumed';
  return `resumed ${((100 * resumed) / (full + resumed)).toFixed(0)} %`;
};
