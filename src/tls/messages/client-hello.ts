import {
  ALPN,
  EARLY_DATA,
  EXTENDED_MASTER_SECRET,
  KEY_SHARE,
  PRE_SHARED_KEY,
  SERVER_NAME,
  SESSION_TICKET,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
} from '../numbers.ts';
import { groupNameOf, suiteName, versionName } from '../registry.ts';
import { Cursor, numbersIn, textOf } from './cursor.ts';
import { readExtensions, type ExtensionFacts } from './extensions.ts';

/** Everything that a client offers. */
export interface ClientHello {
  readonly kind: 'client-hello';
  readonly legacyVersion: string;
  readonly sessionId: Uint8Array;
  readonly cipherSuites: readonly string[];
  readonly extensions: readonly ExtensionFacts[];
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly groups: readonly string[];
  readonly keyShares: readonly string[];
  /** The versions of the extension `supported_versions`, empty without it. */
  readonly versions: readonly string[];
  /** Lengths of the identities that are offered as pre-shared keys: tickets of TLS 1.3. */
  readonly pskIdentities: readonly number[];
  /** Length of a TLS 1.2 ticket: 0 asks for one, null does not even that. */
  readonly ticketBytes: number | null;
  readonly earlyData: boolean;
  readonly extendedMasterSecret: boolean;
}

/** @throws RangeError when the bytes are none. */
export const readClientHello = (cursor: Cursor): ClientHello => {
  const legacyVersion = versionName(cursor.number(2));
  cursor.take(RANDOM_BYTES);
  const sessionId = cursor.vector(1);
  const cipherSuites = numbersIn(cursor.vector(2)).map(suiteName);
  cursor.vector(1);
  const extensions = readExtensions(cursor);
  return {
    kind: 'client-hello',
    legacyVersion,
    sessionId,
    cipherSuites,
    extensions: extensions.facts,
    serverName: extensions.read(SERVER_NAME, readServerName, null),
    alpn: extensions.read(ALPN, (content) => new Cursor(content.vector(2)).all((name) => textOf(name.vector(1))), []),
    groups: extensions.read(SUPPORTED_GROUPS, (content) => numbersIn(content.vector(2)).map(groupNameOf), []),
    keyShares: extensions.read(KEY_SHARE, (content) => new Cursor(content.vector(2)).all(readShare), []),
    versions: extensions.read(SUPPORTED_VERSIONS, (content) => numbersIn(content.vector(1)).map(versionName), []),
    pskIdentities: extensions.read(PRE_SHARED_KEY, (content) => new Cursor(content.vector(2)).all(readIdentity), []),
    ticketBytes: extensions.read<number | null>(SESSION_TICKET, (content) => content.left, null),
    earlyData: extensions.has(EARLY_DATA),
    extendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET),
  };
};

const RANDOM_BYTES = 32;

const HOST_NAME = 0;

const readServerName = (content: Cursor): string | null => {
  const names = new Cursor(content.vector(2)).all((name) => ({ type: name.number(1), text: textOf(name.vector(2)) }));
  return names.find(({ type }) => type === HOST_NAME)?.text ?? null;
};

const readShare = (share: Cursor): string => {
  const group = groupNameOf(share.number(2));
  share.vector(2);
  return group;
};

/** Identity and obfuscated age (RFC 8446, section 4.2.11). */
const readIdentity = (identity: Cursor): number => {
  const { length } = identity.vector(2);
  identity.number(4);
  return length;
};
