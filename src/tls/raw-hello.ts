import { alertName } from './alert.ts';
import type { Decoded } from './messages/decoded.ts';
import { decodeMessages } from './messages/decode.ts';
import {
  ALERT,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  EC_POINT_FORMATS,
  EXTENDED_MASTER_SECRET,
  HANDSHAKE,
  KEY_SHARE,
  MESSAGE_HEAD_BYTES,
  PSK_KEY_EXCHANGE_MODES,
  RECORD_HEAD_BYTES,
  RENEGOTIATION_INFO,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
  TLS_1_0,
  TLS_1_1,
  TLS_1_2,
  TLS_1_3,
} from './numbers.ts';
import { groupNameOf, versionName } from './registry.ts';

/** A ClientHello that no library would send, and the one answer that accepts it. */
export interface RawHello {
  /** The record to send. */
  readonly bytes: Buffer;
  readonly version: string;
  /** Null where any group will do. */
  readonly group: string | null;
}

/** The fields that any ClientHello has. */
export interface HelloFields {
  /** SNI; `undefined` sends none. */
  readonly serverName: string | undefined;
  /** 64 random bytes: the random and the session ID. */
  readonly random: Uint8Array;
}

/**
 * Builds a ClientHello of a version that clients have given up, with the suites that its servers have: TLS 1.3 and 1.2 are not offered,
 * nor does it say that it falls back (RFC 7507), which would be refused.
 */
export const legacyHello = (version: 'TLSv1.0' | 'TLSv1.1', { serverName, random }: HelloFields): RawHello => {
  const number = version === 'TLSv1.0' ? TLS_1_0 : TLS_1_1;
  const extensions = [
    ...nameExtension(serverName),
    extension(SUPPORTED_GROUPS, vector16(...LEGACY_GROUPS.map(u16))),
    extension(EC_POINT_FORMATS, vector8(UNCOMPRESSED)),
    extension(EXTENDED_MASTER_SECRET),
    extension(RENEGOTIATION_INFO, vector8()),
  ];
  const bytes = clientHello({ version: number, random, sessionId: NOTHING, suites: LEGACY_SUITES, extensions });
  return { bytes, version, group: null };
};

/**
 * Builds a TLS 1.3 ClientHello that offers one group alone, without a key share: a server that has the group must ask for one with a
 * HelloRetryRequest (RFC 8446, section 4.1.1), and no key needs to be made.
 */
export const groupHello = (group: number, { serverName, random }: HelloFields): RawHello => {
  const extensions = [
    ...nameExtension(serverName),
    extension(SUPPORTED_GROUPS, vector16(u16(group))),
    extension(SIGNATURE_ALGORITHMS, vector16(...SIGNATURE_SCHEMES.map(u16))),
    extension(SUPPORTED_VERSIONS, vector8(u16(TLS_1_3))),
    extension(PSK_KEY_EXCHANGE_MODES, vector8(PSK_DHE_KE)),
    extension(KEY_SHARE, vector16()),
  ];
  const sessionId = random.subarray(RANDOM_BYTES, 2 * RANDOM_BYTES);
  const bytes = clientHello({ version: TLS_1_2, random, sessionId, suites: TLS_1_3_SUITES, extensions });
  return { bytes, version: versionName(TLS_1_3), group: groupNameOf(group) };
};

/** X25519MLKEM768, the post-quantum hybrid that browsers offer. */
export const X25519_MLKEM768 = 0x11ec;

/**
 * Reading of an answer.
 *
 * - `more`: it is incomplete.
 * - `refused`: by an alert, or by choosing something else; `reason` names it.
 * - `no-tls`: it is nothing of TLS.
 */
export type HelloAnswer =
  | { readonly state: 'accepted' }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'more' }
  | { readonly state: 'no-tls' };

/** Reads what has come in answer to a hello. Never throws, whatever the bytes. */
export const readHelloAnswer = (hello: RawHello, received: Uint8Array): HelloAnswer => {
  const messages: Buffer[] = [];
  for (let rest = Buffer.from(received); rest.length > 0;) {
    const type = rest[0] ?? 0;
    if (!PLAINTEXT_TYPES.includes(type) || (rest.length > 1 && rest[1] !== MAJOR_VERSION)) return { state: 'no-tls' };
    if (rest.length < RECORD_HEAD_BYTES) return MORE;
    const length = rest.readUInt16BE(3);
    if (length > MOST_RECORD_BYTES) return { state: 'no-tls' };
    const body = rest.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + length);
    if (body.length < length) return MORE;
    if (type === ALERT && !isHarmless(body)) return { state: 'refused', reason: `alert:${alertName(body[1] ?? 0)}` };
    if (type === HANDSHAKE) messages.push(body);
    rest = rest.subarray(RECORD_HEAD_BYTES + length);
  }
  return readServerAnswer(hello, Buffer.concat(messages));
};

const MORE: HelloAnswer = { state: 'more' };

const PLAINTEXT_TYPES: readonly number[] = [CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE];

const MAJOR_VERSION = 3;

/** Plaintext of a record at most (RFC 8446, section 5.1). */
const MOST_RECORD_BYTES = 2 ** 14;

/** A warning goes before a ServerHello where the name is not known, and ends nothing; the end of a connection is a warning too. */
const isHarmless = (alert: Uint8Array): boolean => alert[0] === WARNING && alert[1] !== CLOSE_NOTIFY;

const WARNING = 1;
const CLOSE_NOTIFY = 0;

/** Messages may be spread over records. */
const readServerAnswer = (hello: RawHello, bytes: Buffer): HelloAnswer => {
  if (bytes.length < MESSAGE_HEAD_BYTES) return MORE;
  const end = MESSAGE_HEAD_BYTES + bytes.readUIntBE(1, 3);
  if (end > MOST_RECORD_BYTES) return { state: 'no-tls' };
  if (bytes.length < end) return MORE;
  const [answer] = decodeMessages([{ from: 'server', type: 'handshake', bytes: bytes.subarray(0, end), atNs: 0 }]);
  return answer === undefined ? MORE : judgeAnswer(hello, answer);
};

const judgeAnswer = (hello: RawHello, answer: Decoded): HelloAnswer => {
  if (answer.kind !== 'server-hello' && answer.kind !== 'hello-retry-request') return { state: 'no-tls' };
  if (answer.version !== hello.version) return { state: 'refused', reason: `version:${answer.version}` };
  if (hello.group !== null && answer.group !== hello.group)
    return { state: 'refused', reason: `group:${answer.group ?? 'none'}` };
  return { state: 'accepted' };
};

const NOTHING = new Uint8Array(0);

const RANDOM_BYTES = 32;

const UNCOMPRESSED = Uint8Array.of(0);
const PSK_DHE_KE = Uint8Array.of(1);

/** X25519, P-256, P-384, P-521. */
const LEGACY_GROUPS = [0x001d, 0x0017, 0x0018, 0x0019];

/** Suites with CBC or RC4, those with forward secrecy first; export and anonymous ones are no sign of life. */
const LEGACY_SUITES = [
  ...[0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x0045, 0x0088, 0x002f, 0x0035, 0x0041, 0x0084],
  ...[0xc008, 0xc012, 0x0016, 0x000a, 0xc007, 0xc011, 0x0005, 0x0004],
];

const TLS_1_3_SUITES = [0x1301, 0x1302, 0x1303];

/** ECDSA, Ed25519, RSA-PSS and RSA-PKCS1, with SHA-256, SHA-384 and SHA-512. */
const SIGNATURE_SCHEMES = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
];

interface Hello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly extensions: readonly Uint8Array[];
}

const clientHello = ({ version, random, sessionId, suites, extensions }: Hello): Buffer => {
  const body = Buffer.concat([
    u16(version),
    random.subarray(0, RANDOM_BYTES),
    vector8(sessionId),
    vector16(...suites.map(u16)),
    vector8(NO_COMPRESSION),
    vector16(...extensions),
  ]);
  const message = Buffer.concat([Uint8Array.of(CLIENT_HELLO, 0), u16(body.length), body]);
  return Buffer.concat([Uint8Array.of(HANDSHAKE), u16(TLS_1_0), vector16(message)]);
};

const NO_COMPRESSION = Uint8Array.of(0);

const nameExtension = (serverName: string | undefined): readonly Buffer[] =>
  serverName === undefined
    ? []
    : [extension(SERVER_NAME, vector16(Uint8Array.of(HOST_NAME), vector16(Buffer.from(serverName, 'latin1'))))];

const HOST_NAME = 0;

const extension = (type: number, ...content: readonly Uint8Array[]): Buffer => Buffer.concat([u16(type), vector16(...content)]);

const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);

const vector8 = (...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(body.length), body]);
};

const vector16 = (...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u16(body.length), body]);
};
