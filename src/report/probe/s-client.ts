import type { AddressReport, ProbeRecord, ProtocolReport, ResumptionReport } from '../../domain/probe-record.ts';
import { oneLine } from '../safe-text.ts';
import { failureText } from '../text/failure.ts';
import { addressName } from './address-text.ts';
import { ratioText } from './tries-text.ts';

/**
 * A probe in the words and the order of `openssl s_client`, a block per address and protocol: first its full handshake, then each kind of
 * resumption. Neither a master secret nor a PSK is known here, and session IDs and tickets are shown by their lengths and hashes only.
 */
export const probeAsSClient = (record: ProbeRecord): string =>
  record.addresses
    .flatMap((report, index) => blocksOf(report, addressName(record, index), record.targets[report.target]?.serverName ?? null))
    .map((lines) => `${lines.map(oneLine).join('\n')}\n---\n`)
    .join('');

const blocksOf = ({ unreachable, protocols }: AddressReport, name: string, serverName: string | null): string[][] => {
  if (unreachable !== null) return [[`Connecting to ${name}`, `connect: ${failureText(unreachable)}`]];
  return protocols.map((report) => [
    `Connecting to ${name}${serverName === null ? '' : `, servername ${serverName}`}`,
    ...(report.state === 'failed'
      ? [`Protocol  : ${report.protocol}`, `handshake failure: ${failureText(report.failure)}`]
      : [...handshakeLines(report), ...report.resumption.flatMap((tried) => resumptionLines(report, tried))]),
  ]);
};

const handshakeLines = (report: ProtocolReport): string[] => [
  'CONNECTED',
  ...(report.chain.length === 0 ? [] : ['Certificate chain', ...report.chain.flatMap(certificateLines), '---']),
  ...clientCertificateLines(report),
  `OCSP response: ${report.staple.status === 'missing' ? 'no response sent' : report.staple.status}`,
  ...(report.group === '' ? [] : [`Server Temp Key: ${report.group}`]),
  ...byteLine('handshake', report.resumption.find(({ bytesFull }) => bytesFull !== null)?.bytesFull),
  `Verification: ${verificationText(report)}`,
  '---',
  kindLine(report, 'New'),
  ...sessionLines(report),
];

const certificateLines = (
  { subject, issuer, keyType, serial, notAfterUnixMs }: ProtocolReport['chain'][number],
  depth: number,
): string[] => [
  ` ${String(depth)} s:${subject}`,
  `   i:${issuer}`,
  `   a:PKEY: ${keyType}; serial: ${serial}`,
  `   v:NotAfter: ${gmtText(notAfterUnixMs)}`,
];

const resumptionLines = (report: ProtocolReport, tried: ResumptionReport): string[] => [
  '---',
  `Reconnect by ${tried.mechanism}: ${tried.tries === 0 ? ratioText(tried) : `reused in ${ratioText(tried)} attempts`}`,
  ...byteLine('resumed handshake', tried.bytesResumed),
  ...(tried.tries === 0 ? [] : [kindLine(report, tried.honoured > 0 ? 'Reused' : 'New')]),
  ...(tried.mechanism.startsWith('psk') ? [`Early data was ${earlyDataText(report.earlyData)}`] : []),
];

/** The line by which people tell whether a session was resumed. */
const kindLine = ({ protocol, cipher }: ProtocolReport, kind: 'New' | 'Reused'): string =>
  `${kind}, ${protocol}, Cipher is ${cipher}`;

const sessionLines = (report: ProtocolReport): string[] => {
  const { protocol, cipher, chain, alpn, earlyData, tickets } = report;
  return [
    ...(chain[0] === undefined ? [] : [`Server public key is ${chain[0].keyType}`]),
    alpn === '' ? 'No ALPN negotiated' : `ALPN protocol: ${alpn}`,
    'SSL-Session:',
    `    Protocol  : ${protocol}`,
    `    Cipher    : ${cipher}`,
    `    Session-ID: ${sessionIdText(report)}`,
    ...(tickets.lifetimeS === null ? [] : [`    TLS session ticket lifetime hint: ${String(tickets.lifetimeS)} (seconds)`]),
    `    TLS session ticket: ${ticketText(report)}`,
    `    Verify return code: ${verificationText(report)}`,
    `    Extended master secret: ${protocol === 'TLSv1.3' || report.extendedMasterSecret ? 'yes' : 'no'}`,
    ...(protocol === 'TLSv1.3' ? [`    Max Early Data: ${String(earlyData?.maxBytes ?? 0)}`] : []),
  ];
};

const clientCertificateLines = ({ clientCertificate }: ProtocolReport): string[] =>
  clientCertificate === null
    ? ['No client certificate CA names sent']
    : [
        `Acceptable client certificate CA names: ${String(clientCertificate.authorities)} (list ${clientCertificate.authoritiesHash})`,
      ];

const byteLine = (what: string, bytes: number | null | undefined): string[] =>
  bytes === null || bytes === undefined ? [] : [`SSL ${what} has read and written ${String(bytes)} bytes`];

const verificationText = ({ verification }: ProtocolReport): string => {
  if (verification === null) return 'not checked';
  return verification === 'ok' ? '0 (ok)' : verification;
};

const earlyDataText = (earlyData: ProtocolReport['earlyData']): string => {
  if (earlyData?.accepted === true) return 'accepted';
  return earlyData?.accepted === false ? 'rejected' : 'not sent';
};

const sessionIdText = ({ sessionIdBytes, sessionIdHash }: ProtocolReport): string =>
  sessionIdHash === null ? '' : `${String(sessionIdBytes)} bytes (SHA-256 ${sessionIdHash}...)`;

const ticketText = ({ tickets: { count, bytes, hash } }: ProtocolReport): string =>
  hash === null ? 'none' : `present, ${String(count)} of ${bytes.join(' or ')} bytes (SHA-256 ${hash}...)`;

/** `Jan 31 12:00:00 2027 GMT`. */
const gmtText = (unixMs: number): string => {
  const time = new Date(unixMs);
  if (Number.isNaN(time.getTime())) return 'unknown';
  const [, day = '', month = '', year = '', clock = ''] = time.toUTCString().split(' ');
  return `${month} ${day} ${clock} ${year} GMT`;
};
