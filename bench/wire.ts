import type { EngineName } from '../src/domain/engine-name.ts';
import type { ScenarioInput } from '../src/index.ts';
import type { Case } from './case.ts';
import { baseScenario, runEngine, usageOf, warmed, type Usage } from './engines.ts';
import { inTurns } from './in-turns.ts';
import { judged, markdownTable, us } from './markdown.ts';
import type { BenchOptions } from './options.ts';
import type { BenchServer, BenchServers } from './server.ts';

/**
 * What leaves both engines idle for the greater part. Both spin: a client that sleeps is woken by the server, at the server's expense, and
 * the one that is done sooner is asleep more often. The server itself sleeps less the more it has to do, so the cheapest have most.
 */
const equalRateOf = ({ mode, protocol }: Case): string => {
  if (mode === 'full') return '1000/s';
  return protocol === 'TLSv1.2' ? '8000/s' : '2000/s';
};

/** What wire costs with the first of them is what its cost with more is held against. */
const IN_FLIGHT = [20, 1000] as const;

/** What its cost with the last of them may be of that. */
const MOST_GROWTH = 1.2;

/** In flight, so that the server never waits; and seconds, beside which the beginning and the end of a block weigh little. */
const TO_SATURATE = { concurrency: 128, seconds: 5 };

interface Stand {
  readonly options: BenchOptions;
  readonly server: BenchServer;
}

/** What engine wire promises beside its cost: the same work for the server, cheap shortcuts, many in flight, and a server that it can fill. */
export const benchWire = async (options: BenchOptions, servers: BenchServers): Promise<string> => {
  const perCore: Stand = { options, server: servers.perCore };
  const single: Stand = { options, server: servers.single };
  return [
    `## Engine wire\n\n### The CPU of a server of one worker at an equal rate\n\n${await equalRate(single)}`,
    `### Key share reused, signature unchecked\n\n${await shortcuts(perCore)}`,
    `### Many in flight\n\n${await manyInFlight(perCore)}`,
    `### One worker against one worker of the server\n\n${await saturation(single)}`,
  ].join('\n');
};

const equalRate = async (stand: Stand): Promise<string> => {
  const rows: string[][] = [];
  for (const what of stand.options.cases) {
    const load = { rate: equalRateOf(what) };
    const { openssl, wire } = await inTurns(stand.options, {
      openssl: () => measure(stand, 'openssl', what, { load, spin: true }),
      wire: () => measure(stand, 'wire', what, { load, spin: true }),
    });
    const ratio = wire.serverNs / openssl.serverNs;
    rows.push([
      what.label,
      load.rate,
      us(openssl.serverNs),
      us(wire.serverNs),
      judged(ratio, Math.abs(ratio - 1) <= 0.07),
      '0.93 to 1.07',
    ]);
  }
  return markdownTable(['case', 'rate', 'server CPU under openssl', 'under wire', 'ratio', 'wanted'], rows);
};

const shortcuts = async (stand: Stand): Promise<string> => {
  const rows: string[][] = [];
  for (const what of stand.options.cases.filter(({ mode }) => mode === 'full')) {
    const load = { concurrency: stand.options.concurrency };
    const { openssl, wire } = await inTurns(stand.options, {
      openssl: () => measure(stand, 'openssl', what, { load }),
      wire: () => measure(stand, 'wire', what, { load, tls: { keyShare: 'reuse', noSignatureCheck: true } }),
    });
    const ratio = wire.clientNs / openssl.clientNs;
    rows.push([what.label, us(openssl.clientNs), us(wire.clientNs), judged(ratio, ratio <= 0.3), 'at most 0.3']);
  }
  return markdownTable(['case', 'client CPU of openssl', 'of wire with both', 'ratio', 'wanted'], rows);
};

const manyInFlight = async (stand: Stand): Promise<string> => {
  const rows: string[][] = [];
  for (const what of stand.options.cases) {
    const costs = await inTurns(
      stand.options,
      Object.fromEntries(
        IN_FLIGHT.flatMap((concurrency) =>
          (['openssl', 'wire'] as const).map((engine) => [
            `${engine} ${String(concurrency)}`,
            () => measure(stand, engine, what, { load: { concurrency } }),
          ]),
        ),
      ),
    );
    const costOf = (engine: EngineName, concurrency: number): number =>
      costs[`${engine} ${String(concurrency)}`]?.clientNs ?? Number.NaN;
    for (const concurrency of IN_FLIGHT) {
      const [openssl, wire] = [costOf('openssl', concurrency), costOf('wire', concurrency)];
      const growth = wire / costOf('wire', IN_FLIGHT[0]);
      const isLast = concurrency === IN_FLIGHT.at(-1);
      rows.push([
        what.label,
        String(concurrency),
        us(openssl),
        us(wire),
        (wire / openssl).toFixed(2),
        judged(growth, !isLast || growth <= MOST_GROWTH),
        isLast ? `at most ${String(MOST_GROWTH)}` : '',
      ]);
    }
  }
  const few = String(IN_FLIGHT[0]);
  return markdownTable(
    ['case', 'in flight', 'client CPU of openssl', 'of wire', 'wire to openssl', `wire to itself at ${few}`, 'wanted'],
    rows,
  );
};

const saturation = async (stand: Stand): Promise<string> => {
  const rows: string[][] = [];
  for (const what of stand.options.cases) {
    const { wire } = await inTurns(stand.options, {
      wire: () => measure(stand, 'wire', what, { load: { concurrency: TO_SATURATE.concurrency } }, TO_SATURATE.seconds),
    });
    rows.push([
      what.label,
      `${percent(wire.serverCores)} of a core`,
      `${percent(wire.clientCores)} of a core`,
      wire.serverCores >= 0.97 && wire.clientCores < 1 ? 'yes' : 'no',
    ]);
  }
  return markdownTable(['case', 'the server', 'the client', 'server at 97 %, client below 100 %'], rows);
};

type Change = Pick<ScenarioInput, 'load' | 'tls' | 'spin'>;

const measure = async (
  { options, server }: Stand,
  engine: EngineName,
  what: Case,
  change: Change,
  seconds = options.seconds,
): Promise<Usage> => {
  process.stderr.write(`wire: ${engine}, ${what.label}, ${JSON.stringify(change)}\n`);
  const base = baseScenario(engine, server);
  const report = await runEngine({
    ...base,
    ...warmed(what, seconds),
    ...change,
    tls: { ...base.tls, ...change.tls },
  });
  return usageOf(report);
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
