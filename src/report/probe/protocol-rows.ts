import { MECHANISMS } from '../../domain/kind.ts';
import type { ProtocolReport, ResumptionReport, TicketFamily, TicketReport, WeakKeyReport } from '../../domain/probe-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { ABSENT, counted, formatBytes, formatValue, grouped } from '../text/units.ts';
import { dateText } from './date-text.ts';
import { MECHANISM_TEXT } from './finding-text.ts';
import { triesText } from './tries-text.ts';

/** A line of the table of an address: one thing that a protocol negotiates or does. */
export interface ProtocolRow {
  readonly label: string;
  /** {@link ABSENT} where it does not exist in that protocol. */
  readonly text: (report: ProtocolReport) => string;
  /** True where addresses that are otherwise alike may differ: in their keys, and in bytes that depend on chance. */
  readonly isOwn?: true;
}

/** All lines, in the order in which they are shown. */
export const PROTOCOL_ROWS: readonly ProtocolRow[] = [
  { label: 'cipher', text: ({ cipher }) => cipher },
  { label: 'group', text: ({ group }) => group || 'none' },
  { label: 'forward secrecy', text: ({ forwardSecrecy }) => yesOrNo(forwardSecrecy) },
  { label: 'HelloRetryRequest', text: ({ helloRetry }) => yesOrNo(helloRetry) },
  { label: 'key', text: ({ chain: [leaf] }) => leaf?.keyType ?? ABSENT },
  { label: 'subject', text: ({ chain: [leaf] }) => leaf?.subject ?? ABSENT },
  { label: 'expires', text: ({ chain: [leaf] }) => (leaf === undefined ? ABSENT : dateText(leaf.notAfterUnixMs)) },
  { label: 'chain', text: ({ chain }) => chainText(chain), isOwn: true },
  { label: 'verification', text: ({ verification }) => verification ?? ABSENT },
  { label: 'client certificate', text: ({ clientCertificate }) => requestText(clientCertificate) },
  { label: 'ALPN', text: ({ alpn }) => alpn || 'none' },
  { label: 'OCSP staple', text: ({ staple }) => staple.status },
  {
    label: 'staple until',
    text: ({ staple: { nextUpdateUnixMs: end } }) => (end === null ? ABSENT : dateText(end)),
    isOwn: true,
  },
  { label: 'session ID', text: (report) => sessionIdText(report) },
  { label: 'tickets', text: ({ tickets }) => grouped(tickets.count) },
  { label: 'ticket size', text: ({ tickets }) => severalText(tickets.bytes.map(formatBytes)), isOwn: true },
  { label: 'ticket lifetime', text: ({ tickets }) => formatValue(tickets.lifetimeS ?? undefined, 's') },
  { label: 'tickets come', text: ({ tickets: { arrival } }) => (arrival === null ? ABSENT : ARRIVAL_TEXT[arrival]) },
  { label: 'ticket layout', text: ({ tickets }) => layoutText(tickets) },
  { label: 'ticket key', text: ({ tickets }) => severalText(tickets.keyNames), isOwn: true },
  { label: 'weak ticket key', text: ({ weakKey }) => (weakKey === null ? ABSENT : weakKeyText(weakKey)) },
  ...MECHANISMS.map((mechanism) => ({
    label: `by ${MECHANISM_TEXT[mechanism]}`,
    text: ({ resumption }: ProtocolReport) => {
      const tries = resumption.find((tried) => tried.mechanism === mechanism);
      return tries === undefined ? ABSENT : triesText(tries);
    },
  })),
  { label: 'offered again', text: ({ resumption }) => perMechanism(resumption, ({ reused }) => reused) },
  {
    label: 'renewed on use',
    text: ({ resumption }) => perMechanism(resumption, ({ renews }) => (renews === null ? null : yesOrNo(renews))),
  },
  { label: '0-RTT', text: (report) => earlyDataText(report) },
  { label: 'extended master secret', text: (report) => masterSecretText(report) },
  { label: 'bytes, full', text: ({ resumption }) => byteTexts(resumption.map(({ bytesFull }) => bytesFull)), isOwn: true },
  {
    label: 'bytes, resumed',
    text: ({ resumption }) => byteTexts(resumption.map(({ bytesResumed }) => bytesResumed)),
    isOwn: true,
  },
];

/** The most values that are listed where addresses or tickets differ. */
const MOST_LISTED = 3;

/** Different texts as one: `208 B`; `208 B, 224 B`; `208 B, 224 B, 240 B and 2 others`. */
export const severalText = (texts: readonly string[]): string => {
  const different = [...new Set(texts)];
  const others = different.slice(MOST_LISTED);
  if (different.length === 0) return ABSENT;
  return `${different.slice(0, MOST_LISTED).join(', ')}${others.length === 0 ? '' : ` and ${counted(others.length, 'other')}`}`;
};

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

const chainText = (chain: ProtocolReport['chain']): string =>
  `${counted(chain.length, 'certificate')}, ${formatBytes(sumOf(chain, ({ bytes }) => bytes))}`;

const requestText = (request: ProtocolReport['clientCertificate']): string =>
  request === null ? 'not asked for' : `asked for, ${counted(request.authorities, 'authority', 'authorities')}`;

/** In TLS 1.3 the server only echoes ours. */
const sessionIdText = ({ protocol, sessionIdBytes }: ProtocolReport): string => {
  if (protocol === 'TLSv1.3') return ABSENT;
  return sessionIdBytes === 0 ? 'none' : formatBytes(sessionIdBytes);
};

const ARRIVAL_TEXT: Readonly<Record<NonNullable<TicketReport['arrival']>, string>> = {
  'with-handshake': 'with the handshake',
  'after-handshake': 'after the handshake',
  'after-request': 'after a request',
};

const FAMILY_TEXT: Readonly<Record<TicketFamily, string>> = {
  rfc5077: 'RFC 5077',
  gnutls: 'GnuTLS',
  wolfssl: 'wolfSSL',
  s2n: 's2n-tls',
  mbedtls: 'Mbed TLS',
  rustls: 'rustls',
  jsse: 'Java',
  nss: 'NSS',
  botan: 'Botan',
  go: 'Go',
  stateful: 'key into a cache',
  opaque: 'unknown',
};

const layoutText = ({ family, nameBytes, keyRotations }: TicketReport): string => {
  if (family === null) return ABSENT;
  const name = nameBytes === 0 ? 'no key name' : `key name of ${formatBytes(nameBytes)}`;
  return [FAMILY_TEXT[family], name, ...(keyRotations ? [`${counted(keyRotations, 'rotation')} seen`] : [])].join(', ');
};

const weakKeyText = ({ keys, found }: WeakKeyReport): string => (found === null ? `none of ${grouped(keys)} tried` : 'found');

/** `honoured`; `session ID honoured, ticket declined`: the mechanism only where there are several. */
const perMechanism = (resumption: readonly ResumptionReport[], textOf: (report: ResumptionReport) => string | null): string => {
  const texts = resumption.flatMap((report) => {
    const text = textOf(report);
    return text === null ? [] : [{ name: MECHANISM_TEXT[report.mechanism], text }];
  });
  const [first] = texts;
  if (first === undefined) return ABSENT;
  const isOne = texts.every(({ text }) => text === first.text);
  return isOne ? first.text : texts.map(({ name, text }) => `${name} ${text}`).join(', ');
};

/** TLS 1.2 has no such thing. */
const earlyDataText = ({ protocol, earlyData }: ProtocolReport): string => {
  if (protocol === 'TLSv1.2') return ABSENT;
  if (earlyData === null) return 'not offered';
  const { maxBytes, accepted } = earlyData;
  return `up to ${formatBytes(maxBytes)}, ${earlyAnswer(accepted)}`;
};

const earlyAnswer = (accepted: boolean | null): string => {
  if (accepted === null) return 'not tried';
  return accepted ? 'accepted' : 'rejected';
};

/** TLS 1.3 binds every session to its handshake. */
const masterSecretText = ({ protocol, extendedMasterSecret }: ProtocolReport): string =>
  protocol === 'TLSv1.3' ? ABSENT : yesOrNo(extendedMasterSecret);

const byteTexts = (bytes: readonly (number | null)[]): string =>
  severalText(bytes.flatMap((value) => value ?? []).map(formatBytes));
