import { readFileSync } from 'node:fs';
import type { Cost } from '../../../bench/simulation/cost.ts';
import { benchRows } from './bench.ts';
import { table } from './markdown.ts';

const MEASURED = new URL('../../../results/reference/scale.json', import.meta.url);

const SIMULATED = new URL('../../../results/reference/thousand-agents.json', import.meta.url);

/** What `npm run bench:scale` writes. */
interface Measured {
  readonly machine: string;
  readonly traffic: readonly {
    readonly case: string;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly segments: number;
  }[];
  readonly reports: readonly {
    readonly load: string;
    readonly handshakes: number;
    readonly bytes: number;
    readonly decodeMs: number;
    readonly mergeMs: number;
  }[];
}

const CASES = ['TLS 1.2 full', 'TLS 1.2 ticket', 'TLS 1.3 full', 'TLS 1.3 ticket'];

/** The goal, in handshakes per second. */
const GOAL = 1e6;

/** Workers that are busier than half of the time start handshakes late when arrivals cluster. */
const BUSY = 0.5;

/** Of an agent with eight cores: one is left to the main thread and V8. */
const WORKERS = 7;

/** Ethernet's header, checksum, preamble and gap (38), IPv4 (20), TCP with timestamps (32). */
const BYTES_AROUND_SEGMENT = 90;

/** Linux holds a port for this long after its own side closed first. */
const TIME_WAIT_S = 60;

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

const measured = (): Measured => JSON.parse(readFileSync(MEASURED, 'utf8')) as Measured;

/** The µs that stand in a cell of the bench. */
const usOf = (cell: string | undefined): number => {
  const us = Number.parseFloat(cell ?? '');
  if (!Number.isFinite(us)) throw new Error(`the bench has no CPU time where "${String(cell)}" stands`);
  return us;
};

const coresFor = (us: number): number => (GOAL * us) / 1e6;

const agentsFor = (us: number): number => Math.ceil(coresFor(us) / BUSY / WORKERS);

/** Cores and agents for a million handshakes a second, from the CPU time of one. */
export const scaleCores = (): string => {
  const head = [
    'case',
    'CPU of engine `wire`',
    'cores, all busy',
    'agents',
    'with `openssl`',
    'with `node`',
    'cores of the target',
  ];
  return table(
    head,
    CASES.map((name) => {
      const rows = benchRows(name);
      const [wire = 0, openssl = 0, node = 0] = ['wire', 'openssl', 'node'].map((engine) => usOf(rows.get(engine)?.cpu));
      const server = usOf(rows.get('wire')?.serverCpu);
      const agents = [wire, openssl, node].map((us) => grouped(agentsFor(us)));
      return [name, `${String(wire)} µs`, grouped(coresFor(wire)), ...agents, grouped(coresFor(server))];
    }),
  );
};

/** Traffic of a million handshakes a second, both directions together. */
export const scaleNetwork = (): string =>
  table(
    ['case', 'bytes in', 'bytes out', 'segments', 'packets/s', 'Gbit/s', 'packets/s of an agent'],
    measured().traffic.map(({ case: name, bytesIn, bytesOut, segments }) => {
      const bits = (bytesIn + bytesOut + segments * BYTES_AROUND_SEGMENT) * 8;
      const perAgent = (GOAL * segments) / agentsFor(usOf(benchRows(name).get('wire')?.cpu));
      return [
        name,
        grouped(bytesIn),
        grouped(bytesOut),
        segments.toFixed(1),
        `${((GOAL * segments) / 1e6).toFixed(1)} M`,
        ((GOAL * bits) / 1e9).toFixed(1),
        grouped(perAgent),
      ];
    }),
  );

const RANGES = [
  { range: '32768 to 60999 (default)', ports: 28_232 },
  { range: '1024 to 65535', ports: 64_512 },
];

/** What one local address can do against one address and port of the target. */
export const scalePorts = (): string => {
  const closings = [
    { ending: 'reset, connections of 20 ms', heldS: 0.02 },
    { ending: 'reset, connections of 1 s', heldS: 1 },
    { ending: `closed by the client first, ${String(TIME_WAIT_S)} s of TIME_WAIT`, heldS: TIME_WAIT_S },
  ];
  return table(
    ['local ports', 'connections end by', 'handshakes/s per address', 'addresses for a million/s'],
    RANGES.flatMap(({ range, ports }) =>
      closings.map(({ ending, heldS }) => [range, ending, grouped(ports / heldS), grouped(Math.ceil((GOAL * heldS) / ports))]),
    ),
  );
};

/** What one window costs Redis and the coordinator, by the number of agents. */
export const scaleReports = (): string =>
  table(
    ['load of the window', 'a report', 'its CPU time', '16 agents', '100 agents', '1,000 agents'],
    measured().reports.map(({ load, bytes, decodeMs, mergeMs }) => {
      const each = decodeMs + mergeMs;
      return [
        load,
        `${(bytes / 1e3).toFixed(1)} kB`,
        `${each.toFixed(1)} ms`,
        ...[16, 100, 1000].map((agents) => `${((agents * bytes) / 1e6).toFixed(1)} MB, ${((agents * each) / 1e3).toFixed(2)} s`),
      ];
    }),
  );

/** Rows of the simulation, each with its numbers of agents as columns. */
const SIMULATION_ROWS: readonly (readonly [string, (cost: Cost) => string])[] = [
  ['agents lost', ({ lost }) => grouped(lost)],
  ['all agents claimed', ({ assembledMs }) => ms(assembledMs)],
  ['window handed out: first agent has it', ({ firstTaskMs }) => ms(firstTaskMs)],
  ['last agent has it', ({ lastTaskMs }) => ms(lastTaskMs)],
  ['all agents are ready', ({ armedMs }) => ms(armedMs)],
  ['word to begin to common start', ({ marginMs }) => ms(marginMs)],
  ['last agent begins late by', ({ lateMs }) => ms(lateMs)],
  ['end of the window to last answer', ({ lastAnswerMs }) => ms(lastAnswerMs)],
  ['last answer to all decoded', ({ decodedMs }) => ms(decodedMs)],
  ['merged', ({ mergedMs }) => ms(mergedMs)],
  ['the window longer than its load', ({ coordinationMs }) => ms(coordinationMs)],
  ['CPU of the coordinator: orders, progress', ({ cpuOrdersMs }) => ms(cpuOrdersMs)],
  ['CPU: reading and decoding reports', ({ cpuReportsMs }) => ms(cpuReportsMs)],
  ['CPU: merging', ({ cpuMergeMs }) => ms(cpuMergeMs)],
  ['memory of the coordinator before', ({ rssBeforeMB }) => mb(rssBeforeMB)],
  ['memory at most', ({ rssPeakMB }) => mb(rssPeakMB)],
  ['CPU of Redis', ({ redisCpuMs }) => ms(redisCpuMs)],
  ['memory of Redis at most', ({ redisPeakMB }) => mb(redisPeakMB)],
  ['bytes into and out of Redis', ({ redisInMB, redisOutMB }) => `${mb(redisInMB)}, ${mb(redisOutMB)}`],
  ['connections of Redis', ({ redisConnections }) => grouped(redisConnections)],
];

const ms = (value: number): string => `${grouped(value)} ms`;

const mb = (value: number): string => `${value < 10 ? value.toFixed(1) : grouped(value)} MB`;

/** The cost of a window by the number of agents, as `npm run bench:thousand-agents` measured it. */
export const scaleSimulation = (): string => {
  const { runs } = JSON.parse(readFileSync(SIMULATED, 'utf8')) as { readonly runs: readonly Cost[] };
  const head = ['per window', ...runs.map(({ agents }) => `${grouped(agents)} agents`)];
  return table(
    head,
    SIMULATION_ROWS.map(([name, show]) => [name, ...runs.map(show)]),
  );
};
