import type { Case } from './case.ts';
import type { Contender, Sample } from './contender.ts';
import { engineContenders } from './engines.ts';
import { isWanted, type BenchOptions } from './options.ts';
import { ratioTable } from './ratios.ts';
import { resultOf, resultTable, type Result } from './result.ts';
import type { BenchServer, BenchServers } from './server.ts';
import { installedTools } from './tools.ts';

/** What a handshake costs each client and the server. */
export const benchHandshakes = async (options: BenchOptions, { perCore }: BenchServers): Promise<string> => {
  const contenders = wantedContenders(options);
  const results = new Map<Case, readonly Result[]>();
  for (const what of options.cases) results.set(what, await benchCase(what, contenders, { options, server: perCore }));
  const tables = [...results].map(([{ label }, ofCase]) => `### ${label}\n\n${resultTable(ofCase)}`);
  return ['## Client and server CPU per handshake', '', ...tables, '### Ratios of client CPU', '', ratioTable(results)].join(
    '\n',
  );
};

export const wantedContenders = (options: BenchOptions): Contender[] =>
  [...engineContenders(), ...installedTools()].filter(({ name }) => isWanted(options, name));

/** All clients in turns, again and again, so that a drift hits them alike. */
export const benchCase = async (
  what: Case,
  contenders: readonly Contender[],
  { options, server }: { readonly options: BenchOptions; readonly server: BenchServer },
): Promise<Result[]> => {
  const { repeats, seconds, concurrency } = options;
  const taking = contenders.filter((contender) => contender.takes(what, server));
  const samples = new Map(taking.map((contender): [Contender, Sample[]] => [contender, []]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const [contender, taken] of samples) {
      process.stderr.write(`${what.label}, ${String(repeat)} of ${String(repeats)}: ${contender.name}\n`);
      taken.push(await contender.measure({ what, server, seconds, concurrency }));
    }
  }
  return [...samples].map(([contender, taken]) => resultOf(contender, taken));
};
