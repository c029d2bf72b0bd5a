import { whileAwake } from './awake.ts';
import type { Contender } from './contender.ts';
import { benchCase, wantedContenders } from './handshakes.ts';
import { markdownTable } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import { ratioOf } from './ratios.ts';
import { resultTable, type Result } from './result.ts';
import type { BenchServers } from './server.ts';

/** Clients that differ in how often they wait: the first is quicker than one worker of the server, the last has one connection. */
const CLIENTS: ReadonlySet<string> = new Set(['wire', 'openssl', 's_time']);

/**
 * What waiting costs: behind one worker of the server a client that is quicker sleeps, and a core that has halted is dear to wake. Therefore
 * once more with idle cores kept awake. Of resumed TLS 1.2 handshakes, which are the cheapest.
 */
export const benchWaiting = async (options: BenchOptions, { single }: BenchServers): Promise<string> => {
  const halting = wantedContenders(options).filter(({ name }) => CLIENTS.has(name));
  const contenders = options.keepsAwake ? halting.flatMap((contender) => [contender, keptAwake(contender)]) : halting;
  const sections: string[] = [];
  const ratios: string[][] = [];
  for (const what of options.cases.filter(({ protocol, mode }) => protocol === 'TLSv1.2' && mode !== 'full')) {
    const results = await benchCase(what, contenders, { options, server: single });
    sections.push(`### ${what.label}\n\n${resultTable(results)}`);
    ratios.push(...ratioRows(what.label, results));
  }
  const header = ['case', 'client CPU of', 'to that of', 'cores may halt', 'cores kept awake'];
  return ['## Behind one worker of the server', '', ...sections, markdownTable(header, ratios)].join('\n');
};

const AWAKE = ', cores awake';

/** The same client, measured while idle cores poll. */
const keptAwake = (contender: Contender): Contender => ({
  ...contender,
  name: `${contender.name}${AWAKE}`,
  measure: (order) => whileAwake(() => contender.measure(order)),
});

const ratioRows = (label: string, results: readonly Result[]): string[][] =>
  ['openssl', 's_time'].flatMap((to) => {
    const row = ['', AWAKE].map((state) => ratioOf(results, `wire${state}`, `${to}${state}`)?.toFixed(2) ?? '');
    return row.every((text) => text === '') ? [] : [[label, 'wire', to, ...row]];
  });
