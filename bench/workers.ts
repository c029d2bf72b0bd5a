import type { EngineName } from '../src/domain/engine-name.ts';
import type { Case } from './case.ts';
import { baseScenario, runEngine, usageOf, wantedEngines, warmed, type Usage } from './engines.ts';
import { inTurns } from './in-turns.ts';
import { markdownTable, us } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import type { BenchServer, BenchServers } from './server.ts';

/**
 * Handshakes per second that each worker is to make: two workers and the server then fit on two cores. A closed load would measure how three
 * threads get on with two cores.
 */
const RATE_EACH: Readonly<Record<Case['mode'], number>> = { full: 800, 'session-id': 2000, ticket: 2000 };

/** Two workers against one at twice the load: what a second thread adds, and whether a handshake then costs more. */
export const benchWorkers = async (options: BenchOptions, { single }: BenchServers): Promise<string> => {
  const rows: string[][] = [];
  for (const engine of wantedEngines(options)) {
    for (const what of options.cases) {
      const usages = await inTurns(options, {
        one: () => measure(engine, 1, what, { options, server: single }),
        two: () => measure(engine, 2, what, { options, server: single }),
      });
      rows.push(row(engine, what, usages));
    }
  }
  const header = [
    'engine',
    'case',
    'rate of 1',
    'rate of 2',
    'times',
    'client CPU of 1',
    'of 2',
    'change',
    'cores of the server',
  ];
  return `## Two workers at twice the load of one\n\n${markdownTable(header, rows)}`;
};

const measure = async (
  engine: EngineName,
  workers: number,
  what: Case,
  { options, server }: { readonly options: BenchOptions; readonly server: BenchServer },
): Promise<Usage> => {
  process.stderr.write(`${String(workers)} of 2 workers: ${engine}, ${what.label}\n`);
  const report = await runEngine({
    ...baseScenario(engine, server),
    ...warmed(what, options.seconds),
    workers,
    load: { rate: `${String(workers * RATE_EACH[what.mode])}/s` },
  });
  return usageOf(report);
};

const row = (engine: EngineName, what: Case, { one, two }: { readonly one: Usage; readonly two: Usage }): string[] => [
  engine,
  what.label,
  `${one.perSecond.toFixed(0)}/s`,
  `${two.perSecond.toFixed(0)}/s`,
  (two.perSecond / one.perSecond).toFixed(2),
  us(one.clientNs),
  us(two.clientNs),
  `${((two.clientNs / one.clientNs - 1) * 100).toFixed(0)} %`,
  two.serverCores.toFixed(2),
];
