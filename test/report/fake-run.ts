import type { DeclineReason } from '../../src/domain/judgement.ts';
import type { Mechanism } from '../../src/domain/kind.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { EventRecord } from '../../src/domain/event-record.ts';
import type { CellRecord, BlockRecord, RunRecord } from '../../src/domain/run-record.ts';
import type { StateRecord } from '../../src/domain/state-record.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { seededRandom } from '../../src/stats/random.ts';

/** 2026-01-02 03:04:05 UTC, as every fake run begins. */
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

const BLOCK_NS = 400_000_000;

/** One cell of a fake run; what is left out is a cell in which all went well. */
export interface FakeCell {
  readonly state?: string;
  readonly protocol?: Protocol;
  readonly mode?: Mode;
  /** Honoured handshakes in each block. */
  readonly honoured?: number;
  readonly declined?: Partial<Readonly<Record<DeclineReason, number>>>;
  readonly errors?: Readonly<Record<string, number>>;
  readonly mechanism?: Mechanism;
  readonly expected?: CellRecord['expected'];
  readonly expectedShare?: number;
  readonly medianNs?: number;
  readonly cpuClientNs?: number | null;
  readonly cpuServerNs?: number | null;
  readonly cipher?: string;
  readonly keyType?: string;
  readonly blocks?: number;
  /** True where the kernel stamped what arrived; not by default. */
  readonly isStamped?: boolean;
  /** A way to the server that takes so long, and how often a handshake and then a request go it; else a way of no length. */
  readonly way?: { readonly rttNs: number; readonly trips: number; readonly tripsOfRequest: number };
}

export const fakeState = (change: Partial<StateRecord> = {}): StateRecord => ({
  label: 'server',
  kind: 'server',
  target: 'reference server',
  address: '127.0.0.1',
  port: 4433,
  serverName: 'localhost',
  verified: true,
  cpuSource: 'schedstat of pid 42 and children',
  cpuAbsence: null,
  ...change,
});

export const fakeEvent = (change: Partial<EventRecord> = {}): EventRecord => ({
  state: 'server',
  action: 'rotate',
  node: null,
  round: 0,
  position: 0,
  atNs: 2_000_000_000,
  tookNs: 5_000_000,
  failure: null,
  ...change,
});

/** A run as the measurement writes it, the same at every call. */
export const fakeRun = (cells: readonly FakeCell[], change: Partial<RunRecord> = {}): RunRecord => ({
  format: 3,
  id: '20260102T030405Z_fake',
  name: 'fake',
  status: 'complete',
  tool: { name: 'resumark', version: '0.1.0' },
  startedAt: new Date(START_MS).toISOString(),
  endedAt: new Date(START_MS + 20_000).toISOString(),
  environment: {
    node: '22.12.0',
    openssl: '3.0.15',
    platform: 'linux-x64',
    kernel: '6.1.0',
    cpu: 'Fake CPU',
    cores: 4,
    memoryBytes: 16_000_000_000,
    loadAverage: 0.25,
  },
  engine: { name: 'node', library: 'node:tls, OpenSSL 3.0.15', reason: 'it runs everywhere', shortcuts: [] },
  ending: { style: 'reset', reason: 'harmless', cells: [], unanswered: [] },
  workers: 2,
  seed: 7,
  interleave: 'block',
  tapShare: 1 / 32,
  scenario: { name: 'fake', load: { model: 'closed', concurrency: 16 } },
  sources: {},
  states: [...new Set(cells.map(({ state = 'server' }) => state))].map((label, i) => fakeState({ label, port: 4433 + i })),
  cells: cells.map(cellRecord),
  blocks: fakeBlocks(cells),
  events: [],
  capacity: [],
  notices: [],
  ...change,
});

/** Reference servers before and after resumption was turned on: what the demo measures. */
export const beforeAndAfter = (change: Partial<RunRecord> = {}): RunRecord => {
  const after = { full: 2143, resumed: 2400 };
  const declined = { honoured: 0, declined: { refused: 150 }, expected: 'declined' } as const;
  return fakeRun(
    [
      { state: 'before', mode: 'full' },
      { state: 'before', mode: 'ticket', ...declined },
      { state: 'before', mode: 'full', protocol: 'TLSv1.3', medianNs: 1_400_000 },
      { state: 'after', mode: 'full' },
      { state: 'after', mode: 'session-id', mechanism: 'session-id', medianNs: 450_000, cpuServerNs: 130_000 },
      { state: 'after', mode: 'ticket', mechanism: 'ticket', medianNs: 440_000, cpuServerNs: 125_000, cpuClientNs: 260_000 },
      { state: 'after', mode: 'full', protocol: 'TLSv1.3', medianNs: 1_400_000 },
      { state: 'after', mode: 'ticket', protocol: 'TLSv1.3', mechanism: 'psk', medianNs: 1_397_000, cpuServerNs: 320_000 },
    ],
    {
      states: [
        fakeState({ label: 'before', account: { state: 'absent', reason: 'it cannot be read: ECONNREFUSED' } }),
        fakeState({ label: 'after', port: 4434, account: { state: 'read', server: after, ours: after, failed: 0 } }),
      ],
      ...change,
    },
  );
};

/** One external server on which much went wrong: the run with everything absent, declined and failed. */
export const troubled = (change: Partial<RunRecord> = {}): RunRecord =>
  fakeRun(
    [
      { mode: 'full', protocol: 'TLSv1.3', cpuServerNs: null },
      { mode: 'ticket', protocol: 'TLSv1.3', honoured: 0, declined: { refused: 120, 'no-session': 40 }, cpuServerNs: null },
      { mode: 'early-data', protocol: 'TLSv1.3', mechanism: 'psk-stateful', medianNs: 1_900_000, cpuServerNs: null },
      {
        mode: 'ticket',
        mechanism: 'ticket',
        declined: { refused: 1 },
        errors: { reset: 3, 'alert:handshake_failure': 12 },
        cpuServerNs: null,
      },
      { mode: 'session-id', honoured: 0, errors: { 'connect-timeout': 16 }, cpuServerNs: null },
    ],
    {
      name: 'trouble',
      status: 'interrupted',
      states: [
        fakeState({
          kind: 'target',
          target: 'edge.example:443',
          address: '2001:db8::1',
          port: 443,
          verified: false,
          cpuSource: null,
        }),
      ],
      notices: [
        { code: 'interrupted', severity: 'warning', blocks: 15, planned: 25 },
        {
          code: 'server-cpu-unknown',
          severity: 'info',
          state: 'server',
          reason: 'no-listener',
        },
      ],
      ...change,
    },
  );

/** A server 40 ms away, asked for something behind each handshake; with 0-RTT the request goes along. */
export const distant = (): RunRecord => {
  const rttNs = 40e6;
  const cell = { blocks: 1, cpuServerNs: null } as const;
  return fakeRun(
    [
      { ...cell, mode: 'full', way: { rttNs, trips: 2, tripsOfRequest: 1 } },
      { ...cell, mode: 'ticket', mechanism: 'ticket', way: { rttNs, trips: 1, tripsOfRequest: 1 } },
      { ...cell, mode: 'full', protocol: 'TLSv1.3', way: { rttNs, trips: 2, tripsOfRequest: 1 } },
      { ...cell, mode: 'early-data', protocol: 'TLSv1.3', mechanism: 'psk', way: { rttNs, trips: 1, tripsOfRequest: 0 } },
    ],
    {
      name: 'distant',
      states: [fakeState({ kind: 'target', target: '10.0.0.1:443', address: '10.0.0.1', port: 443, cpuSource: null })],
    },
  );
};

/** Text as a hostile peer would like it printed: markup, a formula, a terminal's escape, turned text, a mention and a row of its own. */
export const HOSTILE = '=cmd|"<img src=x onerror=alert(1)>" \u001B[31m\u202E@all www.x.example, a\nb';

/** A run in which every text that may come from elsewhere is hostile. */
export const hostile = (): RunRecord =>
  fakeRun(
    [
      { mode: 'full', cipher: HOSTILE, keyType: HOSTILE },
      { mode: 'ticket', mechanism: 'ticket', keyType: 'rsa-2048' },
    ],
    {
      name: HOSTILE,
      engine: { name: HOSTILE, library: HOSTILE, reason: HOSTILE, shortcuts: [] },
      states: [fakeState({ kind: 'target', target: HOSTILE, address: HOSTILE, serverName: HOSTILE, cpuSource: HOSTILE })],
      notices: [
        { code: 'errors', severity: 'warning', cell: HOSTILE, handshakes: 1, because: { [`alert:${HOSTILE}`]: 1 } },
        { code: 'mixed-suites', severity: 'warning', protocol: 'TLS 1.2', suites: [HOSTILE] } satisfies Notice,
      ],
    },
  );

const idOf = ({ state = 'server', protocol = 'TLSv1.2', mode = 'full' }: FakeCell): string => `${state}.${protocol}.${mode}`;

const cellRecord = (cell: FakeCell): CellRecord => {
  const { state = 'server', protocol = 'TLSv1.2', mode = 'full', expected = 'honoured' } = cell;
  const cipher = protocol === 'TLSv1.2' ? 'ECDHE-RSA-AES128-GCM-SHA256' : 'TLS_AES_128_GCM_SHA256';
  return {
    id: idOf(cell),
    state,
    protocol,
    mode,
    expected,
    expectedShare: cell.expectedShare,
    negotiated: {
      cipher: cell.cipher ?? cipher,
      group: mode === 'full' || protocol === 'TLSv1.3' ? 'X25519' : '',
      alpn: '',
      keyType: cell.keyType ?? 'rsa-2048',
      certificateSha256: 'ab'.repeat(32),
    },
  };
};

/** Round after round, the cells in turns, as a run measures them. */
const fakeBlocks = (cells: readonly FakeCell[]): BlockRecord[] => {
  const rounds = Math.max(0, ...cells.map(({ blocks = 5 }) => blocks));
  const planned = Array.from({ length: rounds }, (_, round) =>
    cells.filter(({ blocks = 5 }) => round < blocks).map((cell) => ({ cell, round })),
  ).flat();
  return planned.map(({ cell, round }, position) => fakeBlock(cell, round, position));
};

const fakeBlock = (cell: FakeCell, round: number, position: number): BlockRecord => {
  const { honoured = 160, declined = {}, errors = {}, medianNs = MEDIAN_NS, mechanism, way } = cell;
  const rttNs = way?.rttNs ?? 0;
  const handshakes = honoured + Object.values(declined).reduce((sum, count) => sum + count, 0);
  const random = seededRandom(position + 1);
  const spentOn = (perHandshake: number | null): number | null => (perHandshake === null ? null : perHandshake * handshakes);
  return {
    cell: idOf(cell),
    round,
    position,
    startUnixNs: `${String(START_MS + position * 450)}123456`,
    durationNs: BLOCK_NS,
    handshakes,
    honoured,
    declined,
    errors,
    mechanisms: mechanism === undefined || honoured === 0 ? {} : { [mechanism]: honoured },
    helloRetries: 0,
    tapped: Math.ceil(handshakes / 32),
    ticketsReceived: 0,
    handshakeNs: latencies(honoured, medianNs, random, (way?.trips ?? 0) * rttNs),
    connectNs: latencies(honoured, 90_000, random, rttNs),
    cpuClientNs: spentOn(cell.cpuClientNs === undefined ? 400_000 : cell.cpuClientNs),
    cpuServerNs: spentOn(cell.cpuServerNs === undefined ? 500_000 : cell.cpuServerNs),
    bytesIn: 1400 * handshakes,
    bytesOut: 400 * handshakes,
    clientNs: 16 * BLOCK_NS,
    residenceNs: 15.9 * BLOCK_NS,
    replenished: 0,
    finished: finishedOf(cell, handshakes),
    askedShare: 1,
    occupiedShare: 1,
    cpuServerWindowNs: null,
    server: { cpuAbsence: null, quota: null, forwardsTo: [] },
    ...fakeStamps(cell),
    retransmitted: null,
    schedule: null,
    offeredSessions: null,
    tickets: null,
    sequential: null,
    firstByte:
      way === undefined
        ? null
        : {
            firstByteNs: latencies(honoured, medianNs, random, (way.trips + way.tripsOfRequest) * rttNs),
            firstByteAfterHandshakeNs: latencies(honoured, 100_000, random, way.tripsOfRequest * rttNs),
            unanswered: 0,
            errorStatuses: {},
          },
    primed: {
      handshakes: 16,
      sessions: 16,
      probes: 0,
      errors: {},
      conflicts: 0,
      finished: { full: 16, resumed: 0 },
    },
    hosts: [
      {
        workers: [
          { busyShare: 0.5, cpuShare: 0.4, stalledNs: 0 },
          { busyShare: 0.45, cpuShare: 0.4, stalledNs: 0 },
        ],
        mostInFlight: 16,
        fileLimit: 1024,
        portLimit: 28_232,
        timeWait: 3,
        machine: { busyShare: 0.6, stealShare: 0, loadAverage: 1.5 },
        clockStepped: false,
        quota: null,
      },
    ],
    saturated: false,
    valid: true,
    invalidReason: '',
  };
};

const finishedOf = ({ mode = 'full', honoured = 160 }: FakeCell, handshakes: number): BlockRecord['finished'] =>
  mode === 'full' ? { full: handshakes, resumed: 0 } : { full: handshakes - honoured, resumed: honoured };

const MEDIAN_NS = 1_200_000;

const fakeStamps = ({
  honoured = 160,
  medianNs = MEDIAN_NS,
  isStamped = false,
}: FakeCell): Pick<BlockRecord, 'clock' | 'split'> =>
  isStamped ? { clock: 'kernel', split: fakeSplit(honoured, medianNs) } : { clock: 'user', split: null };

/** Seven tenths of a handshake are the server's and the way's, three the client's, and half of that is our own queue. */
const fakeSplit = (honoured: number, medianNs: number): BlockRecord['split'] => {
  const random = seededRandom(honoured + medianNs);
  return {
    waitNs: latencies(honoured, 0.7 * medianNs, random),
    clientNs: latencies(honoured, 0.3 * medianNs, random),
    queueNs: latencies(honoured, 0.15 * medianNs, random),
  };
};

/** Skewed as handshakes are: a floor at 60 % of the median and a long tail. */
const latencies = (count: number, medianNs: number, random: () => number, leastNs = 0): BlockRecord['handshakeNs'] => {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < count; i++) histogram.record(leastNs + Math.round(medianNs * (0.6 + 0.4 * (2 - 2 * random()) ** -0.75)));
  return histogram.encode();
};
