import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { BLOCK_COUNTS } from '../src/domain/block-counts.ts';
import type { BlockRecord, RunRecord } from '../src/domain/run-record.ts';
import { measuredStreamSchema, type MeasuredStream } from '../src/load/protocol/messages.ts';
import { run } from '../src/run/execute.ts';
import { decodeScenario } from '../src/scenario/decode.ts';
import type { ScenarioInput } from '../src/index.ts';
import { CASES, type Case } from './case.ts';
import { median } from './median.ts';

/**
 * The costs that docs/scale.md computes with, beside the CPU time of a handshake: what one sends and receives, and what the report of
 * an agent weighs and takes to merge. Written as JSON, which stands in results/reference/scale.json.
 *
 * Run with `npm run bench:scale`. Segments are those of the whole network namespace, so it is run in one of its own, with the packets
 * of Ethernet: `unshare --net sh -c 'ip link set lo up mtu 1500; npm run bench:scale'`.
 */
const HANDSHAKES = 5000;

/** As many as a coordinator of a thousand agents merges; the same few over and over. */
const REPORTS = 1000;

const REPEATS = 5;

const scenarioOf = ({ protocol, mode }: Case, load: ScenarioInput['load'], plan: ScenarioInput['plan']): ScenarioInput => ({
  states: { server: { server: { certificate: 'ecdsa-p256', resumption: ['cache', 'tickets'] } } },
  protocols: [protocol],
  modes: [mode],
  load,
  plan: { warmup: 0, ...plan },
  tls: { groups: 'X25519:P-256', insecure: true },
  engine: 'wire',
  workers: 1,
});

/** Per handshake: bytes of the TCP streams, and TCP segments of both directions. */
const trafficOf = async (what: Case) => {
  let [before, after] = [0, 0];
  const scenario = scenarioOf(what, { concurrency: 16 }, { rounds: 1, handshakes: HANDSHAKES });
  const { blocks } = await run(decodeScenario(scenario, {}, 'scale'), {
    onEvent: ({ type }) => {
      if (type === 'window-started') before = segmentsSent();
      if (type === 'window-ended') after = segmentsSent();
    },
  });
  const [block] = blocks;
  if (block === undefined || block.honoured < HANDSHAKES) throw new Error(`not all handshakes of ${what.label} were honoured`);
  return {
    case: what.label,
    bytesIn: Math.round(block.bytesIn / block.honoured),
    bytesOut: Math.round(block.bytesOut / block.honoured),
    segments: Number(((after - before) / block.honoured).toFixed(1)),
  };
};

/** TCP segments that this network namespace has sent. */
const segmentsSent = (): number => {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('OutSegs')]);
};

/** The report of one agent that merged its workers', with as many histograms as a load gives rise to. */
const reportSizeOf = async (name: string, what: Case, load: ScenarioInput['load']) => {
  const scenario = scenarioOf(what, load, { rounds: 2, duration: '30s' });
  const record = await run(decodeScenario(scenario, {}, 'scale'));
  const texts = record.blocks.map((block) => JSON.stringify(reportOf(record, block)));
  return {
    load: name,
    handshakes: Math.round(median(record.blocks.map(({ handshakes }) => handshakes))),
    bytes: Math.round(median(texts.map((text) => text.length))),
    ...mergeCost(texts),
  };
};

/** Of a report, all but some numbers. */
const reportOf = ({ cells }: RunRecord, block: BlockRecord): MeasuredStream => ({
  counts: BLOCK_COUNTS.schema.parse(block),
  negotiated: cells[0]?.negotiated ?? null,
  certificates: block.certificates ?? [],
});

/** CPU time per report. */
const mergeCost = (texts: readonly string[]) => {
  const all = Array.from({ length: REPORTS }, (_, i) => texts[i % texts.length] ?? '');
  const decoded: number[] = [];
  const merged: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = cpuMs();
    const reports = all.map((text) => measuredStreamSchema.parse(JSON.parse(text)));
    const between = cpuMs();
    BLOCK_COUNTS.merge(reports.map(({ counts }) => counts));
    decoded.push((between - start) / REPORTS);
    merged.push((cpuMs() - between) / REPORTS);
  }
  return { decodeMs: rounded(median(decoded)), mergeMs: rounded(median(merged)) };
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const rounded = (value: number): number => Number(value.toPrecision(3));

const ticket13 = CASES.find(({ id }) => id === 'tls1.3-ticket');
const full12 = CASES.find(({ id }) => id === 'tls1.2-full');
if (ticket13 === undefined || full12 === undefined) throw new Error('a case is missing');

const traffic = [];
for (const what of CASES) traffic.push(await trafficOf(what));
const reports = [
  await reportSizeOf('closed, TLS 1.2 full', full12, { concurrency: 16 }),
  await reportSizeOf('open, TLS 1.3 ticket', ticket13, { rate: '1k/s' }),
];
const [cpu] = cpus();
const machine = `${cpu?.model ?? 'unknown'}, ${String(cpus().length)} cores, Node ${process.versions.node}`;
process.stdout.write(`${JSON.stringify({ machine, traffic, reports }, undefined, 2)}\n`);
