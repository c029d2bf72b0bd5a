import type { CellRecord, Recording, RunRecord } from '../../src/domain/run-record.ts';
import type { Mode } from '../../src/domain/mode.ts';
import { LatencyHistogram } from '../../src/stats/histogram.ts';
import { noticesOf } from '../../src/analysis/notices.ts';
import { summarize } from '../../src/analysis/summary.ts';

const cell = (state: string, mode: Mode, change: Partial<CellRecord> = {}): CellRecord => ({
  id: `${state}.TLSv1.2.${mode}`,
  state,
  protocol: 'TLSv1.2',
  mode,
  expected: 'honoured',
  negotiated: { cipher: 'ECDHE-RSA-AES128-GCM-SHA256', group: 'X25519', alpn: '', keyType: 'rsa-2048', certificateSha256: '00' },
  ...change,
});

const durations = (medianUs: number): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (let i = 1; i <= 100; i++) histogram.record(Math.round(medianUs * 1000 * (0.5 + i / 100)));
  return histogram;
};

const block = (of: CellRecord, round: number, medianUs: number, change: Partial<Recording> = {}): Recording => ({
  cell: of.id,
  round,
  order: 0,
  startUnixNs: String(1_790_000_000_123_456_789n + BigInt(round) * 1_000_000_000n),
  durationNs: 500_000_000,
  handshakes: 100,
  honoured: 100,
  declined: {},
  errors: {},
  mechanisms: of.mode === 'full' ? {} : { ticket: 100 },
  helloRetries: 0,
  tapped: 4,
  sessionsGiven: 0,
  handshakeNs: durations(medianUs).encode(),
  connectNs: durations(30).encode(),
  cpuClientNs: 30_000_000,
  cpuServerNs: medianUs * 50_000,
  bytesIn: 150_000,
  bytesOut: 60_000,
  clientNs: 8_000_000_000,
  residenceNs: 7_900_000_000,
  primed: { handshakes: 16, sessions: 16, probes: 0, errors: {}, conflicts: 0 },
  valid: true,
  invalidReason: '',
  ...change,
});

const declinedBlock = (of: CellRecord, reason: 'refused' | 'no-session', change: Partial<Recording> = {}): Recording =>
  block(of, 0, 900, {
    honoured: 0,
    declined: { [reason]: 100 },
    mechanisms: {},
    handshakeNs: new LatencyHistogram().encode(),
    connectNs: new LatencyHistogram().encode(),
    ...change,
  });

/** A run with everything that a renderer must bear: a control, a failure, unknown CPU, errors, and a hostile name. */
export const fakeRun = (): RunRecord => {
  const full = cell('after', 'full');
  const ticket = cell('after', 'ticket');
  const refused = cell('after', 'session-id');
  const control = cell('before', 'ticket', { expected: 'declined' });
  const hostile = cell('before', 'full', {
    negotiated: { cipher: '=cmd()|<script>', group: '+x', alpn: '', keyType: '\u001B[31m-rsa', certificateSha256: '' },
  });
  const run: RunRecord = {
    format: 1,
    id: '20260102T030405Z_fake',
    name: 'fake',
    status: 'complete',
    tool: { name: 'resumark', version: '0.1.0' },
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.000Z',
    environment: {
      node: '24.0.0',
      openssl: '3.5.0',
      platform: 'linux-x64',
      kernel: '6.1.0',
      cpu: 'Some CPU',
      cores: 2,
      memoryBytes: 8e9,
      loadAverage: 0.5,
    },
    engine: { name: 'node', library: 'node:tls, OpenSSL 3.5.0', reason: 'it runs everywhere' },
    workers: 1,
    seed: 7,
    tapShare: 1 / 32,
    scenario: {},
    sources: {},
    states: [
      { label: 'before', target: '-x|*', address: '127.0.0.1', port: 1, serverName: null, verified: false, cpuSource: null },
      {
        label: 'after',
        target: 'reference server',
        address: '127.0.0.1',
        port: 2,
        serverName: 'localhost',
        verified: true,
        cpuSource: 'pid 1',
      },
    ],
    cells: [hostile, control, full, ticket, refused],
    blocks: [
      block(hostile, 0, 1000, { cpuServerNs: null, errors: { 'alert:handshake_failure': 2 } }),
      declinedBlock(control, 'no-session', { cpuServerNs: null }),
      block(full, 0, 1000),
      block(full, 1, 1010),
      block(ticket, 0, 400),
      block(ticket, 1, 410, { valid: false, invalidReason: 'the target failed' }),
      declinedBlock(refused, 'refused'),
    ],
    notices: [],
  };
  return { ...run, notices: noticesOf(run, summarize(run)) };
};
