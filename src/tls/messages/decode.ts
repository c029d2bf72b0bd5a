import { alertName } from '../alert.ts';
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CERTIFICATE_STATUS,
  CERTIFICATE_VERIFY,
  CLIENT_HELLO,
  ENCRYPTED_EXTENSIONS,
  FINISHED,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_KEY_EXCHANGE,
} from '../numbers.ts';
import { messageName } from '../registry.ts';
import type { SeenMessage } from '../seen-message.ts';
import {
  readCertificate12,
  readCertificate13,
  readCertificateRequest12,
  readCertificateRequest13,
  readCertificateStatus,
} from './certificates.ts';
import { readClientHello } from './client-hello.ts';
import { Cursor } from './cursor.ts';
import type { Content, Decoded } from './decoded.ts';
import { readCertificateVerify, readServerKeyExchange } from './key-exchange.ts';
import { readEncryptedExtensions, readServerHello } from './server-hello.ts';
import { readTicket12, readTicket13 } from './ticket.ts';

/**
 * Decodes the messages of one connection, in the order in which they were seen: what most of them mean depends on the version that the
 * ServerHello chose. Never throws, whatever the bytes.
 */
export const decodeMessages = (messages: readonly SeenMessage[]): readonly Decoded[] => {
  let choice = UNKNOWN;
  return messages.map((message) => {
    const content = contentOf(message, choice);
    if (content.kind === 'server-hello') choice = content;
    return { from: message.from, atNs: message.atNs, bytes: message.bytes.length, ...content };
  });
};

/** What the ServerHello chose, as far as later messages depend on it. */
interface Choice {
  readonly version: string;
  readonly cipherSuite: string;
}

const UNKNOWN: Choice = { version: '', cipherSuite: '' };

const contentOf = ({ type, bytes }: SeenMessage, choice: Choice): Content => {
  switch (type) {
    case 'alert':
      return { kind: 'alert', isFatal: bytes[0] === FATAL, name: alertName(bytes[1] ?? 0) };
    case 'change-cipher-spec':
      return { kind: 'change-cipher-spec' };
    case 'handshake':
      return readHandshake(bytes, choice);
  }
};

const FATAL = 2;

const readHandshake = (bytes: Uint8Array, choice: Choice): Content => {
  const messageType = bytes[0] ?? 0;
  const unread = { kind: 'other', name: messageName(messageType) } as const;
  const reader = READERS[messageType];
  if (reader === undefined) return { ...unread, isReadable: true };
  try {
    const cursor = new Cursor(bytes);
    cursor.number(1);
    return reader(new Cursor(cursor.vector(3)), choice);
  } catch (error) {
    if (error instanceof RangeError) return { ...unread, isReadable: false };
    throw error;
  }
};

type Reader = (body: Cursor, choice: Choice) => Content;

const byVersion =
  (before: Reader, since: Reader): Reader =>
  (body, choice) =>
    (choice.version === 'TLSv1.3' ? since : before)(body, choice);

const READERS: Readonly<Record<number, Reader>> = {
  [CLIENT_HELLO]: readClientHello,
  [SERVER_HELLO]: readServerHello,
  [NEW_SESSION_TICKET]: byVersion(readTicket12, readTicket13),
  [ENCRYPTED_EXTENSIONS]: readEncryptedExtensions,
  [CERTIFICATE]: byVersion(readCertificate12, readCertificate13),
  [CERTIFICATE_STATUS]: readCertificateStatus,
  [SERVER_KEY_EXCHANGE]: (body, { cipherSuite }) => readServerKeyExchange(body, cipherSuite),
  [CERTIFICATE_REQUEST]: byVersion(readCertificateRequest12, readCertificateRequest13),
  [CERTIFICATE_VERIFY]: readCertificateVerify,
  [FINISHED]: () => ({ kind: 'finished' }),
};
