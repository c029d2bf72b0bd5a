import {
  COOKIE,
  EARLY_DATA,
  EXTENDED_MASTER_SECRET,
  HELLO_RETRY_RANDOM,
  KEY_SHARE,
  PRE_SHARED_KEY,
  SESSION_TICKET,
  SUPPORTED_VERSIONS,
} from '../numbers.ts';
import { groupNameOf, suiteName, versionName } from '../registry.ts';
import type { Cursor } from './cursor.ts';
import { readChosenAlpn, readExtensions, type ExtensionFacts } from './extensions.ts';

interface Choice {
  /** The version that the connection will have: `TLSv1.3`. */
  readonly version: string;
  /** Name in OpenSSL. */
  readonly cipherSuite: string;
  readonly sessionId: Uint8Array;
  readonly extensions: readonly ExtensionFacts[];
}

/** Choices of a server. */
export interface ServerHello extends Choice {
  readonly kind: 'server-hello';
  /** Group of the server's key share in TLS 1.3. */
  readonly group: string | null;
  /** Index of the pre-shared key that it takes: what resumes in TLS 1.3. */
  readonly selectedPsk: number | null;
  readonly extendedMasterSecret: boolean;
  /** True where a TLS 1.2 server announces a ticket. */
  readonly announcesTicket: boolean;
  /** In TLS 1.2; TLS 1.3 says it in the EncryptedExtensions. */
  readonly alpn: string | null;
}

/** A server's wish for another ClientHello, with a key share of another group. */
export interface HelloRetryRequest extends Choice {
  readonly kind: 'hello-retry-request';
  readonly group: string | null;
  readonly cookieBytes: number;
}

/** @throws RangeError when the bytes are none. */
export const readServerHello = (cursor: Cursor): ServerHello | HelloRetryRequest => {
  const legacyVersion = cursor.number(2);
  const isRetry = Buffer.from(HELLO_RETRY_RANDOM).equals(cursor.take(HELLO_RETRY_RANDOM.length));
  const sessionId = cursor.vector(1);
  const cipherSuite = suiteName(cursor.number(2));
  cursor.number(1);
  const extensions = readExtensions(cursor);
  const version = versionName(extensions.read(SUPPORTED_VERSIONS, (content) => content.number(2), legacyVersion));
  const choice = { version, cipherSuite, sessionId, extensions: extensions.facts };
  const group = extensions.read<string | null>(KEY_SHARE, (content) => groupNameOf(content.number(2)), null);
  if (isRetry) {
    const cookieBytes = extensions.read(COOKIE, (content) => content.vector(2).length, 0);
    return { kind: 'hello-retry-request', ...choice, group, cookieBytes };
  }
  return {
    kind: 'server-hello',
    ...choice,
    group,
    selectedPsk: extensions.read<number | null>(PRE_SHARED_KEY, (content) => content.number(2), null),
    extendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET),
    announcesTicket: extensions.has(SESSION_TICKET),
    alpn: readChosenAlpn(extensions),
  };
};

/** Extensions that a TLS 1.3 server sends encrypted. */
export interface EncryptedExtensions {
  readonly kind: 'encrypted-extensions';
  readonly extensions: readonly ExtensionFacts[];
  readonly alpn: string | null;
  /** True where the server takes the client's early data. */
  readonly earlyData: boolean;
}

/** @throws RangeError when the bytes are none. */
export const readEncryptedExtensions = (cursor: Cursor): EncryptedExtensions => {
  const extensions = readExtensions(cursor);
  return {
    kind: 'encrypted-extensions',
    extensions: extensions.facts,
    alpn: readChosenAlpn(extensions),
    earlyData: extensions.has(EARLY_DATA),
  };
};
