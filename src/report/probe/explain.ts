import type { Decoded, DecodedOf } from '../../tls/messages/decoded.ts';
import type { ExtensionFacts } from '../../tls/messages/extensions.ts';
import { counted } from '../text/units.ts';
import { oneLine } from '../safe-text.ts';

/** A connection to explain. */
export interface Explained {
  /** In the order in which they were seen. */
  readonly messages: readonly Decoded[];
  /** Short hash of the name of the key in a ticket, empty where it has none. */
  readonly keyName: (ticket: Uint8Array) => string;
}

/**
 * Explains a connection message by message: who sent it when, its length, and what of it matters to resumption. Tickets are shown by
 * length, lifetime and the hash of their key's name; nothing that is secret is shown.
 */
export const explainConnection = ({ messages, keyName }: Explained): readonly string[] => {
  const startNs = messages.find(({ kind }) => kind === 'client-hello')?.atNs ?? messages[0]?.atNs ?? 0;
  return messages.flatMap((message, i) => [
    headLine(message, startNs),
    ...detailsOf(message, { before: messages.slice(0, i), after: messages.slice(i + 1), keyName }).map((line) =>
      oneLine(`${INDENT}${line}`),
    ),
  ]);
};

const INDENT = ' '.repeat(16);

const headLine = (message: Decoded, startNs: number): string => {
  const ms = ((message.atNs - startNs) / 1e6).toFixed(3).padStart(9);
  return oneLine(`${ms} ms  ${message.from === 'client' ? '→' : '←'} ${titleOf(message)}, ${bytesText(message.bytes)}`);
};

const titleOf = (message: Decoded): string => {
  if (message.kind === 'other') return message.name;
  if (message.kind === 'alert') return `Alert ${message.name}`;
  return message.kind.replace(/(?:^|-)./gu, (first) => first.toUpperCase().replace('-', ''));
};

/** Exact, unlike elsewhere in reports: messages are compared by their lengths. */
const bytesText = (bytes: number): string => counted(bytes, 'byte');

/** The rest of the connection, by which one message is understood. */
interface Around {
  readonly before: readonly Decoded[];
  readonly after: readonly Decoded[];
  readonly keyName: Explained['keyName'];
}

const detailsOf = (message: Decoded, around: Around): readonly string[] => {
  switch (message.kind) {
    case 'client-hello':
      return clientHelloLines(message, around);
    case 'server-hello':
      return serverHelloLines(message, around);
    case 'hello-retry-request':
      return retryLines(message);
    case 'encrypted-extensions':
      return [...said('ALPN', message.alpn), ...earlyDataLines(message, around)];
    case 'certificate':
      return certificateLines(message);
    case 'certificate-status':
      return stapleLines(message.staple);
    case 'server-key-exchange':
      return message.primeBits === null
        ? said('group', message.group)
        : [`group: finite field of ${String(message.primeBits)} bits`];
    case 'certificate-request':
      return [`asks for a client certificate of ${counted(message.authorities.length, 'named authority', 'named authorities')}`];
    case 'new-session-ticket':
      return ticketLines(message, around);
    case 'alert':
      return [message.isFatal ? 'fatal: ends the connection' : 'warning'];
    case 'other':
      return message.isReadable ? [] : ['not readable: its bytes contradict their lengths'];
    case 'certificate-verify':
    case 'finished':
    case 'change-cipher-spec':
      return [];
  }
};

const said = (what: string, value: string | null): readonly string[] =>
  value === null || value === '' ? [] : [`${what}: ${value}`];

const listed = (what: string, values: readonly string[]): readonly string[] =>
  values.length === 0 ? [] : [`${what}: ${values.join(' ')}`];

const clientHelloLines = (hello: DecodedOf<'client-hello'>, { before }: Around): readonly string[] => [
  ...(before.some(({ kind }) => kind === 'hello-retry-request') ? ['again, as the HelloRetryRequest asked'] : []),
  ...said('server name', hello.serverName ?? 'none'),
  ...listed('versions', hello.versions.length === 0 ? [hello.legacyVersion] : hello.versions),
  ...listed('cipher suites', hello.cipherSuites),
  ...listed('groups', hello.groups),
  ...listed('key shares', hello.keyShares),
  ...listed('ALPN', hello.alpn),
  `extended master secret: ${hello.extendedMasterSecret ? 'offered' : 'not offered'}`,
  ...offerLines(hello),
  extensionLine(hello.extensions),
];

const isTls13Offered = (hello: DecodedOf<'client-hello'>): boolean => hello.versions.includes('TLSv1.3');

const offerLines = (hello: DecodedOf<'client-hello'>): readonly string[] => {
  const identities = hello.pskIdentities.map(bytesText).join(', ');
  return [
    ...(identities === '' ? [] : [`offers to resume: pre-shared key, ticket of ${identities}`]),
    ...ticketOfferLines(hello),
    ...(hello.earlyData ? ['sends early data'] : []),
  ];
};

const ticketOfferLines = (hello: DecodedOf<'client-hello'>): readonly string[] => {
  const { ticketBytes, sessionId, pskIdentities } = hello;
  if (ticketBytes !== null && ticketBytes > 0) return [`offers to resume: ticket of ${bytesText(ticketBytes)}`];
  // A TLS 1.3 client makes up a session ID for middleboxes (RFC 8446, appendix D.4).
  if (sessionId.length > 0 && !isTls13Offered(hello)) return [`offers to resume: session ID of ${bytesText(sessionId.length)}`];
  if (pskIdentities.length > 0) return [];
  return ['offers no session', ...(ticketBytes === 0 ? ['asks for a ticket, as TLS 1.2 does'] : [])];
};

const extensionLine = (extensions: readonly ExtensionFacts[]): string =>
  extensions.length === 0
    ? 'no extensions'
    : `extensions: ${extensions.map(({ name, bytes }) => `${name} (${String(bytes)})`).join(' ')}`;

const retryLines = (retry: DecodedOf<'hello-retry-request'>): readonly string[] => [
  'costs one round trip',
  ...said('asks for a key share of', retry.group),
  ...(retry.cookieBytes === 0 ? [] : [`cookie: ${bytesText(retry.cookieBytes)}`]),
];

const serverHelloLines = (hello: DecodedOf<'server-hello'>, around: Around): readonly string[] => [
  `${hello.version} ${hello.cipherSuite}`,
  ...said('group', hello.group),
  ...said('ALPN', hello.alpn),
  ...(hello.version === 'TLSv1.3' ? [] : [`extended master secret: ${hello.extendedMasterSecret ? 'agreed' : 'missing'}`]),
  ...(hello.announcesTicket ? ['will give a ticket'] : []),
  proofLine(hello, around),
  extensionLine(hello.extensions),
];

/** The proof of a full or a resumed handshake: the pre-shared key in TLS 1.3, the missing Certificate before. */
const proofLine = (hello: DecodedOf<'server-hello'>, { before, after }: Around): string => {
  const offer = before.findLast((message) => message.kind === 'client-hello');
  if (hello.version === 'TLSv1.3') {
    if (hello.selectedPsk !== null) return `RESUMED: takes pre-shared key ${String(hello.selectedPsk + 1)} of those offered`;
    return offer !== undefined && offer.pskIdentities.length > 0
      ? 'FULL: takes none of the pre-shared keys that were offered'
      : 'FULL: no pre-shared key was offered';
  }
  const hasCertificate = after.some(({ kind, from }) => kind === 'certificate' && from === 'server');
  const isOver = after.some(({ kind, from }) => kind === 'finished' && from === 'server');
  if (hasCertificate) return `FULL: a Certificate follows${declined(offer)}`;
  if (!isOver) return 'not proven: the server sent neither a Certificate nor its Finished';
  return `RESUMED: no Certificate follows${echo(hello, offer)}`;
};

const declined = (offer: DecodedOf<'client-hello'> | undefined): string => {
  const hasOffer = (offer?.ticketBytes ?? 0) > 0 || (offer?.sessionId.length ?? 0) > 0;
  return hasOffer && offer !== undefined && !isTls13Offered(offer) ? ', the session that was offered is declined' : '';
};

const echo = (hello: DecodedOf<'server-hello'>, offer: DecodedOf<'client-hello'> | undefined): string =>
  offer !== undefined && offer.sessionId.length > 0 && Buffer.from(offer.sessionId).equals(hello.sessionId)
    ? ', and the session ID is echoed'
    : '';

const earlyDataLines = ({ earlyData }: DecodedOf<'encrypted-extensions'>, { before }: Around): readonly string[] => {
  if (earlyData) return ['takes the early data'];
  return before.some((message) => message.kind === 'client-hello' && message.earlyData) ? ['rejects the early data'] : [];
};

const certificateLines = ({ chain, staple }: DecodedOf<'certificate'>): readonly string[] => [
  chain.length === 0
    ? 'none'
    : `${counted(chain.length, 'certificate')}: ${chain.map(({ length }) => bytesText(length)).join(', ')}`,
  ...(staple === null ? [] : stapleLines(staple)),
];

const stapleLines = (staple: Uint8Array | null): readonly string[] =>
  staple === null ? ['not a stapled OCSP response'] : [`stapled OCSP response: ${bytesText(staple.length)}`];

/** OpenSSL gives what is a key to its cache this length; a ticket that carries a session is longer. */
const STATEFUL_BYTES = 32;

const ticketLines = (
  { ticket, lifetimeS, maxEarlyData }: DecodedOf<'new-session-ticket'>,
  { keyName, before }: Around,
): readonly string[] => {
  if (ticket.length === 0) return ['empty: the server gives none after all'];
  const name = keyName(ticket);
  const isRenewal = before.some((message) => message.kind === 'client-hello' && (message.ticketBytes ?? 0) > 0);
  return [
    `ticket of ${bytesText(ticket.length)}${ticket.length === STATEFUL_BYTES ? ': a key to the cache of the server' : ''}`,
    lifetimeS === 0 ? 'lifetime: none stated' : `lifetime: ${counted(lifetimeS, 'second')}`,
    ...(name === '' ? [] : [`key name (hash): ${name}`]),
    ...(maxEarlyData === null ? [] : [`allows early data of up to ${bytesText(maxEarlyData)}`]),
    ...(isRenewal ? ['takes the place of the one that was offered'] : []),
  ];
};
