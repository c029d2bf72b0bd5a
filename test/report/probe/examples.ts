import type { AddressReport, PairReport, ProbeRecord, ProtocolReport } from '../../../src/domain/probe-record.ts';
import { address, fakeProbe, LEAF, resumption, tls12, tls13, triesOf8 } from './fake-probe.ts';

/** One address with nothing to complain about. */
export const healthy = (): ProbeRecord => fakeProbe();

const withKey = (protocol: ProtocolReport, keyName: string): ProtocolReport => ({
  ...protocol,
  tickets: { ...protocol.tickets, keyNames: [keyName], hash: `${keyName.slice(0, 4)}0000` },
});

const node = (last: number, keyName: string): AddressReport =>
  address({ address: `10.0.0.${String(last)}`, protocols: [withKey(tls12(), keyName), withKey(tls13(), keyName)] });

const pair = (from: number, to: number, honoured: 0 | 4 | 8): PairReport => ({
  from,
  to,
  protocol: 'TLSv1.3',
  ...triesOf8(honoured),
});

/** Five addresses: two have a key of their own each, and one is down. */
export const unshared = (): ProbeRecord => {
  const groups = [
    { addresses: [0, 2], keyNames: ['aaaa1111'] },
    { addresses: [1], keyNames: ['bbbb2222'] },
    { addresses: [4], keyNames: ['cccc3333'] },
  ];
  const groupOf = (index: number): number => groups.findIndex(({ addresses }) => addresses.includes(index));
  const up = [0, 1, 2, 4];
  return fakeProbe({
    addresses: [
      node(1, 'aaaa1111'),
      node(2, 'bbbb2222'),
      node(3, 'aaaa1111'),
      address({ address: '10.0.0.4', unreachable: 'refused:ECONNREFUSED', protocols: [], legacy: null, postQuantum: null }),
      node(5, 'cccc3333'),
    ],
    map: {
      protocol: 'TLSv1.3',
      mechanism: 'psk',
      method: 'pairs',
      groups,
      pairs: up.flatMap((from) =>
        up.filter((to) => to !== from).map((to) => pair(from, to, groupOf(from) === groupOf(to) ? 8 : 0)),
      ),
      predicted: { share: 0.375, low: 0.3, high: 0.52 },
      balanced: null,
    },
    findings: [
      {
        code: 'keys-not-shared',
        weight: 'problem',
        addresses: [1, 4],
        protocol: 'TLSv1.3',
        evidence: { groups: 3, of: 4, oneWay: 0 },
      },
      {
        code: 'unreachable',
        weight: 'problem',
        addresses: [3],
        protocol: null,
        evidence: { reason: 'refused:ECONNREFUSED' },
      },
    ],
    connections: 210,
  });
};

/** Two addresses, each with two servers that do not share their keys, mapped by the names of these. */
export const balanced = (): ProbeRecord => {
  const halved = (protocol: ProtocolReport): ProtocolReport => ({
    ...protocol,
    tickets: { ...protocol.tickets, keyNames: ['aaaa1111', 'bbbb2222'], keyNameOrder: [0, 1, 0, 1] },
    resumption: protocol.resumption.map(({ mechanism }) => resumption(mechanism, mechanism === 'session-id' ? 5 : 4)),
  });
  const protocols = [halved(tls12()), halved(tls13())];
  return fakeProbe({
    addresses: [address({ protocols }), address({ address: '2001:db8::1', protocols })],
    map: {
      protocol: 'TLSv1.3',
      mechanism: 'psk',
      method: 'names',
      groups: [{ addresses: [0, 1], keyNames: ['aaaa1111', 'bbbb2222'] }],
      pairs: [pair(0, 1, 4)],
      predicted: { share: 0.5, low: 0.4, high: 0.6 },
      balanced: {
        target: 'www.example.com:443',
        protocol: 'TLSv1.3',
        tries: 200,
        honoured: 36,
        failed: { 'alert:internal_error': 1 },
        low: 0.1295,
        high: 0.2404,
      },
    },
    findings: [
      {
        code: 'behind-a-balancer',
        weight: 'problem',
        addresses: [0, 1],
        protocol: 'TLSv1.3',
        evidence: { mechanism: 'psk', tries: 16, honoured: 8, names: 2 },
      },
      {
        code: 'prediction-missed',
        weight: 'warning',
        addresses: [],
        protocol: 'TLSv1.3',
        evidence: {
          predicted: 0.5,
          predictedLow: 0.4,
          predictedHigh: 0.6,
          measured: 0.18,
          measuredLow: 0.1295,
          measuredHigh: 0.2404,
          tries: 200,
        },
      },
    ],
    connections: 300,
  });
};

const NO_TICKETS: ProtocolReport['tickets'] = {
  count: 0,
  bytes: [],
  hash: null,
  lifetimeS: null,
  arrival: null,
  family: null,
  nameBytes: 0,
  keyNames: [],
  keyNameOrder: [],
  keyRotations: null,
};

/** A server of TLS 1.2 only, whose staple is stale, and that resumes by session ID alone. */
export const oldServer = (): ProbeRecord =>
  fakeProbe({
    targets: [{ name: '[2001:db8::7]:8443', serverName: 'old.example.com' }],
    addresses: [
      address({
        address: '2001:db8::7',
        port: 8443,
        protocols: [
          tls12({
            cipher: 'AES128-GCM-SHA256',
            group: '',
            forwardSecrecy: false,
            alpn: '',
            verification: 'certificate has expired',
            staple: {
              status: 'stale',
              required: false,
              thisUpdateUnixMs: Date.UTC(2026, 10, 1),
              nextUpdateUnixMs: Date.UTC(2026, 10, 8),
            },
            extendedMasterSecret: false,
            clientCertificate: { authorities: 2, authoritiesHash: 'ca11ab1e' },
            tickets: NO_TICKETS,
            resumption: [resumption('session-id', 8)],
          }),
          { protocol: 'TLSv1.3', state: 'failed', failure: 'alert:protocol_version' },
        ],
        legacy: { 'TLSv1.0': 'accepted', 'TLSv1.1': 'no-answer' },
        postQuantum: 'refused',
      }),
    ],
    explained: [
      {
        address: 0,
        protocol: 'TLSv1.2',
        offered: null,
        lines: ['client ClientHello', '  server name old.example.com', 'server ServerHello'],
      },
      { address: 0, protocol: 'TLSv1.2', offered: 'session-id', lines: ['client ClientHello', '  session ID 32 B'] },
    ],
    findings: [
      {
        code: 'staple',
        weight: 'problem',
        addresses: [0],
        protocol: 'TLSv1.2',
        evidence: { status: 'stale', nextUpdateUnixMs: Date.UTC(2026, 10, 8), others: 0 },
      },
      { code: 'no-ticket', weight: 'warning', addresses: [0], protocol: 'TLSv1.2', evidence: {} },
      { code: 'legacy-protocol', weight: 'warning', addresses: [0], protocol: null, evidence: { version: 'TLSv1.0' } },
    ],
  });

/** Forty addresses that are alike but for their keys: too many for a matrix. */
export const large = (): ProbeRecord => {
  const indexes = Array.from({ length: 40 }, (_, i) => i);
  return fakeProbe({
    addresses: indexes.map((index) => node(index + 1, index < 30 ? 'aaaa1111' : 'bbbb2222')),
    map: {
      protocol: 'TLSv1.3',
      mechanism: 'psk',
      method: 'names',
      groups: [
        { addresses: indexes.slice(0, 30), keyNames: ['aaaa1111'] },
        { addresses: indexes.slice(30), keyNames: ['bbbb2222'] },
      ],
      pairs: [pair(0, 1, 8), pair(0, 30, 0), pair(30, 0, 0)],
      predicted: { share: 0.625, low: 0.6, high: 0.65 },
      balanced: null,
    },
    connections: 1680,
  });
};

/** A peer whose every word would be markup, a formula, a colour, or another line. */
export const hostile = (): ProbeRecord => {
  const trick = '=<b>|@x\u001B[31m\n"\u202E';
  return fakeProbe({
    targets: [{ name: trick, serverName: trick }],
    engine: trick,
    addresses: [
      address({
        protocols: [
          tls12({
            cipher: trick,
            group: trick,
            alpn: trick,
            verification: trick,
            sessionIdHash: trick,
            chain: [{ ...LEAF, subject: trick, issuer: trick, serial: trick, keyType: trick, notAfterUnixMs: 1e300 }],
            clientCertificate: { authorities: 1, authoritiesHash: trick },
            tickets: { ...tls12().tickets, hash: trick, keyNames: [trick] },
            resumption: [resumption('ticket', 0, { failed: { [trick]: 2 } })],
          }),
          { protocol: 'TLSv1.3', state: 'failed', failure: `alert:${trick}` },
        ],
      }),
      address({ address: trick, unreachable: trick, protocols: [] }),
    ],
    map: {
      protocol: 'TLSv1.2',
      mechanism: 'ticket',
      method: 'pairs',
      groups: [{ addresses: [0, 1], keyNames: [trick] }],
      pairs: [],
      predicted: null,
      balanced: { target: trick, protocol: 'TLSv1.2', ...triesOf8(0) },
    },
    explained: [{ address: 1, protocol: 'TLSv1.3', offered: 'psk', lines: [trick] }],
    findings: [
      { code: 'no-forward-secrecy', weight: 'warning', addresses: [0], protocol: 'TLSv1.2', evidence: { cipher: trick } },
      { code: 'unreachable', weight: 'problem', addresses: [1], protocol: null, evidence: { reason: trick } },
    ],
  });
};
