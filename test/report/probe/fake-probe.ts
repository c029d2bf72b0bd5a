import type { Mechanism } from '../../../src/domain/kind.ts';
import {
  PROBE_FORMAT,
  probeRecordSchema,
  type AddressReport,
  type ProbeRecord,
  type ProtocolReport,
  type ResumptionReport,
  type Tries,
} from '../../../src/domain/probe-record.ts';
import { decode } from '../../../src/domain/zod.ts';

type Honoured = 0 | 4 | 5 | 8;

/** Exact bounds for 8 attempts (Clopper and Pearson), by the number of honoured ones; from R's binom.test. */
const BOUNDS_OF_8: Readonly<Record<Honoured, readonly [low: number, high: number]>> = {
  0: [0, 0.3694],
  4: [0.157, 0.843],
  5: [0.2449, 0.9148],
  8: [0.6306, 1],
};

export const triesOf8 = (honoured: Honoured): Tries => {
  const [low, high] = BOUNDS_OF_8[honoured];
  return { tries: 8, honoured, failed: {}, low, high };
};

export const resumption = (
  mechanism: Mechanism,
  honoured: Honoured,
  change: Partial<ResumptionReport> = {},
): ResumptionReport => ({
  mechanism,
  ...triesOf8(honoured),
  reused: honoured === 0 ? null : 'honoured',
  renews: honoured === 0 ? null : mechanism !== 'session-id',
  bytesFull: 3214,
  bytesResumed: honoured === 0 ? null : 812,
  ...change,
});

export const LEAF: ProtocolReport['chain'][number] = {
  subject: 'CN=www.example.com',
  issuer: 'CN=Example CA',
  serial: '0A1B2C',
  sha256: 'f'.repeat(64),
  keyType: 'ecdsa-p256',
  bytes: 712,
  notBeforeUnixMs: Date.UTC(2026, 10, 2, 12),
  notAfterUnixMs: Date.UTC(2027, 0, 31, 12),
};

const TLS12: ProtocolReport = {
  protocol: 'TLSv1.2',
  state: 'negotiated',
  cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  group: 'X25519',
  forwardSecrecy: true,
  alpn: 'http/1.1',
  verification: 'ok',
  chain: [LEAF, { ...LEAF, subject: 'CN=Example CA', issuer: 'CN=Example Root', serial: '01', bytes: 634 }],
  staple: {
    status: 'good',
    required: false,
    thisUpdateUnixMs: Date.UTC(2026, 10, 28),
    nextUpdateUnixMs: Date.UTC(2026, 11, 5),
  },
  sessionIdBytes: 32,
  sessionIdHash: '5e55104d',
  extendedMasterSecret: true,
  helloRetry: false,
  clientCertificate: null,
  tickets: {
    count: 1,
    bytes: [192],
    hash: '71c4e712',
    lifetimeS: 300,
    arrival: 'with-handshake',
    family: 'rfc5077',
    nameBytes: 16,
    keyNames: ['aaaa1111'],
    keyNameOrder: [0, 0, 0],
    keyRotations: null,
  },
  earlyData: null,
  resumption: [resumption('session-id', 8), resumption('ticket', 8)],
  weakKey: null,
};

const TLS13: ProtocolReport = {
  ...TLS12,
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  sessionIdBytes: 0,
  sessionIdHash: null,
  tickets: { ...TLS12.tickets, count: 2, bytes: [255], hash: '71c4e713', lifetimeS: 7200, arrival: 'after-handshake' },
  earlyData: { maxBytes: 16_384, accepted: true },
  resumption: [resumption('psk', 8, { bytesFull: 2871, bytesResumed: 613 })],
  weakKey: null,
};

export const tls12 = (change: Partial<ProtocolReport> = {}): ProtocolReport => ({ ...TLS12, ...change });

export const tls13 = (change: Partial<ProtocolReport> = {}): ProtocolReport => ({ ...TLS13, ...change });

export const address = (change: Partial<AddressReport> = {}): AddressReport => ({
  target: 0,
  address: '10.0.0.1',
  port: 443,
  unreachable: null,
  protocols: [tls12(), tls13()],
  legacy: { 'TLSv1.0': 'refused', 'TLSv1.1': 'refused' },
  postQuantum: 'accepted',
  connections: 42,
  ...change,
});

export const fakeProbe = (change: Partial<ProbeRecord> = {}): ProbeRecord => ({
  format: PROBE_FORMAT,
  version: '1.2.3',
  engine: 'openssl (OpenSSL 3.0.17)',
  startedUnixMs: Date.UTC(2026, 10, 29, 18, 30),
  durationMs: 3210,
  interrupted: false,
  tries: 8,
  starttls: null,
  targets: [{ name: 'www.example.com:443', serverName: 'www.example.com' }],
  addresses: [address()],
  map: null,
  crossNames: null,
  findings: [],
  connections: 42,
  expectations: [],
  explained: [],
  cacheCapacity: null,
  watch: null,
  ...change,
});

/** The record as it would be read from a file: one that is made by hand must be one that there can be. */
export const checked = (record: ProbeRecord): ProbeRecord => {
  const decoded = decode(probeRecordSchema, JSON.parse(JSON.stringify(record)));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.flaws));
  return decoded.value;
};
