import { appendFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { RunSummary } from '../src/analysis/summary/run-summary.ts';
import type { GateDecision } from '../src/domain/gate.ts';
import { cpuMsOf } from '../src/cpu/process-ticks.ts';
import { runGated, type GatedRun } from '../src/run/studies/gated-run.ts';
import { decodeScenario, type RawSettings } from '../src/scenario/decode.ts';
import { shareBounds } from '../src/stats/proportion.ts';
import { findProgram } from '../src/target/program/find-program.ts';
import { startReferenceServer } from '../src/target/reference/reference-server.ts';
import { startNginx } from './nginx.ts';

/**
 * How often the default gate cries wolf, and how often it finds a true change.
 *
 * `npm run bench:gates -- --alarms 100 --catches 20 --for 4`: an alarm gate holds two fresh processes of the same nginx against each other; a
 * catch gate holds a reference server against one that burns 15 % more CPU in each handshake, as the processes' own accounting confirms.
 * Every gate is a line in the file, and a second call goes on where the first ended.
 */
const { values } = parseArgs({
  options: {
    alarms: { type: 'string', default: '100' },
    catches: { type: 'string', default: '20' },
    /** Minutes after which no further gate is begun. */
    for: { type: 'string', default: '1000' },
    file: { type: 'string', default: 'bench-gates.jsonl' },
  },
});

interface Entry {
  readonly kind: 'alarm' | 'catch';
  readonly engine: string;
  readonly at: string;
  readonly outcome: GateDecision['outcome'];
  readonly rounds: number;
  readonly seconds: number;
  /** Gates that did not pass: name, cell and what they came to. */
  readonly notPassed: readonly string[];
  /** Server CPU after / before by the kernel's accounting of the two processes, over the whole gate. */
  readonly accounted: number;
}

const TRUE_CHANGE = 0.15;

const readEntries = async (): Promise<Entry[]> => {
  const text = await readFile(values.file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
};

interface Server {
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
}

/** Two servers as the states of one scenario, judged with everything at its default. */
const gateOf = async (kind: Entry['kind'], servers: readonly [Server, Server], change: RawSettings): Promise<Entry> => {
  const [before, after] = servers;
  const decoded = decodeScenario({ name: kind, states: { before: stateOf(before), after: stateOf(after) }, ...change }, {}, kind);
  const startMs = performance.now();
  const [beforeMs, afterMs] = [cpuMsOf(before.pid), cpuMsOf(after.pid)];
  const { summary, decision } = await runGated(decoded);
  const { run } = summary;
  return {
    kind,
    engine: run.engine.name,
    at: new Date().toISOString(),
    outcome: decision.outcome,
    rounds: decision.rounds,
    seconds: Math.round((performance.now() - startMs) / 100) / 10,
    notPassed: decision.results
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ gate, cell, outcome, value }) => `${outcome}: ${gate} in ${cell}, ${value?.toFixed(4) ?? '-'}`),
    accounted: (cpuMsOf(after.pid) - afterMs) / (cpuMsOf(before.pid) - beforeMs),
  };
};

const stateOf = ({ port }: Server): RawSettings => ({ target: `127.0.0.1:${String(port)}`, insecure: true });

const withServers = async <Result>(
  start: readonly [() => Promise<Server>, () => Promise<Server>],
  use: (servers: readonly [Server, Server]) => Promise<Result>,
): Promise<Result> => {
  const first = await start[0]();
  try {
    const second = await start[1]();
    try {
      return await use([first, second]);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
};

const alarmGate = (): Promise<Entry> => {
  const nginx = (): Promise<Server> => startNginx(findProgram('nginx') ?? 'nginx', 1);
  return withServers([nginx, nginx], (servers) => gateOf('alarm', servers, {}));
};

const reference = (workMs: number) => (): Promise<Server> =>
  startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['cache', 'tickets'], workMs });

const FULL = { modes: ['full'] };

/** Server CPU per full handshake, of which the change is a part. */
const cpuPerHandshakeMs = async (): Promise<number> => {
  const { summary }: GatedRun = await withServers([reference(0), reference(0)], ([before, after]) =>
    runGated(decodeScenario({ states: { before: stateOf(before), after: stateOf(after) }, ...FULL }, {}, 'calibration')),
  );
  return meanCpuMs(summary);
};

const meanCpuMs = ({ cells }: RunSummary): number => {
  const known = cells.flatMap(({ cpuServerNs }) => cpuServerNs ?? []);
  return known.reduce((a, b) => a + b, 0) / known.length / 1e6;
};

const catchGate = (workMs: number): Promise<Entry> =>
  withServers([reference(0), reference(workMs)], (servers) => gateOf('catch', servers, FULL));

const table = (entries: readonly Entry[]): string => {
  const lines = (['alarm', 'catch'] as const).map((kind) => {
    const own = entries.filter((entry) => entry.kind === kind);
    const of = (outcome: Entry['outcome']): number => own.filter((entry) => entry.outcome === outcome).length;
    const failed = of('failed');
    const bounds = own.length === 0 ? { lower: 0, upper: 1 } : shareBounds(failed, own.length, 0.025);
    const mean = (value: (entry: Entry) => number): number => own.reduce((sum, entry) => sum + value(entry), 0) / own.length;
    return [
      `| ${kind}`,
      own.length,
      failed,
      of('inconclusive'),
      of('passed'),
      `${(100 * bounds.lower).toFixed(1)} to ${(100 * bounds.upper).toFixed(1)} %`,
      mean(({ rounds }) => rounds).toFixed(1),
      `${mean(({ seconds }) => seconds).toFixed(1)} s`,
      `${(100 * (mean(({ accounted }) => accounted) - 1)).toFixed(1)} % |`,
    ].join(' | ');
  });
  return [
    '| gates | n | failed | inconclusive | passed | failed, 95 % interval | rounds | time | accounted change |',
    '| :-- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...lines,
    '',
  ].join('\n');
};

const entries = await readEntries();
const count = (kind: Entry['kind']): number => entries.filter((entry) => entry.kind === kind).length;
const endMs = performance.now() + Number(values.for) * 60e3;
let workMs: number | undefined;

while (performance.now() < endMs) {
  const isAlarm = count('alarm') < Number(values.alarms);
  // A catch after every five alarms, so that both see the same moods of the machine.
  const isCatch = count('catch') < Number(values.catches) && (!isAlarm || count('catch') * 5 < count('alarm'));
  if (!isAlarm && !isCatch) break;
  if (isCatch) workMs ??= TRUE_CHANGE * (await cpuPerHandshakeMs());
  const entry = isCatch && workMs !== undefined ? await catchGate(workMs) : await alarmGate();
  entries.push(entry);
  await appendFile(values.file, `${JSON.stringify(entry)}\n`);
  process.stderr.write(`${JSON.stringify(entry)}\n`);
}
process.stdout.write(table(entries));
