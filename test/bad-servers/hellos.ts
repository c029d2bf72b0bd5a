import {
  COOKIE,
  ENCRYPTED_EXTENSIONS,
  HANDSHAKE,
  HELLO_RETRY_RANDOM,
  KEY_SHARE,
  PRE_SHARED_KEY,
  SERVER_HELLO,
  SUPPORTED_VERSIONS,
  TLS_1_2,
  TLS_1_3,
} from '../../src/tls/numbers.ts';
import { extension, message, u16, u8, vector16, vector8 } from '../fuzz/bytes.ts';
import { P256, X25519 } from '../fuzz/key-share.ts';
import type { Tamper } from '../fuzz/plan.ts';
import { plainRecord } from '../fuzz/protection.ts';
import { BOTH, ONLY_12, ONLY_13, flaw, type Kind, type Misdeed } from './kind.ts';

/** Says something else in place of a message, and takes it into the transcript. */
export const instead = (type: number, change: (message: Buffer) => readonly Buffer[]): Partial<Tamper> => ({
  message: (text) => {
    const said = text[0] === type ? change(text) : [text];
    return { sent: said, hashed: said };
  },
});

const withByte = (text: Buffer, at: number, value: number): Buffer => {
  const changed = Buffer.from(text);
  changed[at] = value;
  return changed;
};

/** Offsets in a ServerHello: its head, version and random, then the session ID with its length. */
const VERSION_AT = 4;
const SESSION_ID_AT = 4 + 2 + 32;
const suiteAt = (text: Buffer): number => SESSION_ID_AT + 1 + (text[SESSION_ID_AT] ?? 0);

const changed = (change: (text: Buffer) => Buffer): Misdeed => ({ tamper: instead(SERVER_HELLO, (text) => [change(text)]) });

export const choosingSuite = (suite: number): Partial<Tamper> => instead(SERVER_HELLO, (text) => [withSuite(text, suite)]);

/** Says which of the offered sessions it resumes. */
export const choosingPsk = (index: number): Partial<Tamper> =>
  instead(SERVER_HELLO, (text) => {
    const at = text.indexOf(extension(PRE_SHARED_KEY, u16(0)));
    return [at < 0 ? extended(text, extension(PRE_SHARED_KEY, u16(index))) : withByte(text, at + 5, index)];
  });

const withSuite = (text: Buffer, suite: number): Buffer =>
  withByte(withByte(text, suiteAt(text), suite >> 8), suiteAt(text) + 1, suite & 0xff);

/** Adds an extension at the end of a ServerHello. */
const extended = (text: Buffer, more: Buffer): Buffer => {
  const at = suiteAt(text) + 3;
  return message(SERVER_HELLO, text.subarray(4, at), vector16(text.subarray(at + 2), more));
};

const COMPRESSING = changed((text) => withByte(text, suiteAt(text) + 2, 1));

const CHOSEN: readonly Kind[] = [
  {
    name: 'speaks TLS 1.1',
    protocols: ONLY_12,
    misdeed: changed((text) => withByte(text, VERSION_AT + 1, 2)),
    full: flaw('protocol_version', 'unsupported_protocol'),
    advice: /another TLS version.*--tls/su,
  },
  {
    name: 'speaks TLS 1.2 where 1.3 was asked for',
    protocols: ONLY_13,
    misdeed: { plan: { protocol: 'TLSv1.2' }, isStranger: true },
    full: flaw('protocol_version', 'unsupported_protocol'),
    advice: /another TLS version.*--tls/su,
  },
  {
    name: 'chooses a cipher that nobody knows',
    protocols: BOTH,
    misdeed: changed((text) => withSuite(text, 0x5a5a)),
    full: flaw('illegal_parameter', 'unknown_cipher_returned'),
  },
  {
    name: 'chooses a cipher that was not offered',
    protocols: BOTH,
    misdeed: changed((text) => withSuite(text, 0x000a)),
    full: flaw('illegal_parameter', 'unknown_cipher_returned'),
  },
  {
    name: 'chooses compression',
    protocols: ONLY_12,
    misdeed: COMPRESSING,
    full: flaw('illegal_parameter', 'unsupported_compression_algorithm'),
  },
  {
    name: 'chooses compression in TLS 1.3',
    protocols: ONLY_13,
    misdeed: COMPRESSING,
    full: flaw('illegal_parameter', 'invalid_compression_algorithm'),
  },
  {
    name: 'returns another session ID',
    protocols: ONLY_13,
    misdeed: changed((text) => withByte(text, SESSION_ID_AT + 1, ~(text[SESSION_ID_AT + 1] ?? 0))),
    full: flaw('illegal_parameter', 'invalid_session_id'),
  },
  {
    name: 'answers with an extension that was not asked for',
    protocols: BOTH,
    misdeed: changed((text) => extended(text, extension(0x3374, u8(0)))),
    full: flaw('unsupported_extension', 'unsolicited_extension'),
  },
  {
    name: 'answers under encryption with an extension that was not asked for',
    protocols: ONLY_13,
    misdeed: {
      tamper: instead(ENCRYPTED_EXTENSIONS, () => [message(ENCRYPTED_EXTENSIONS, vector16(extension(0x3374, u8(0))))]),
    },
    full: flaw('unsupported_extension', 'bad_extension'),
  },
  {
    name: 'chooses a group that nobody knows',
    protocols: ONLY_13,
    misdeed: changed((text) => withGroup(text, 0x7a7a)),
    full: flaw('illegal_parameter', 'bad_key_share'),
  },
];

const withGroup = (text: Buffer, group: number): Buffer => {
  const at = text.indexOf(Buffer.concat([u16(KEY_SHARE), u16(36), u16(X25519)]));
  return withByte(withByte(text, at + 4, group >> 8), at + 5, group & 0xff);
};

/** Asks for another hello whatever was said. */
const retries = (...extensions: readonly Buffer[]): Misdeed => ({
  onHello: (side) => {
    const { sessionId = Buffer.alloc(0) } = side.hello ?? {};
    const versions = extension(SUPPORTED_VERSIONS, u16(TLS_1_3));
    const parts = [u16(TLS_1_2), HELLO_RETRY_RANDOM, vector8(sessionId), u16(0x1301), u8(0)];
    side.lie(plainRecord(HANDSHAKE, message(SERVER_HELLO, ...parts, vector16(versions, ...extensions))));
    return false;
  },
});

const UNOFFERED: readonly Kind[] = [
  {
    name: 'resumes where nothing was offered',
    protocols: ONLY_13,
    misdeed: { tamper: choosingPsk(0) },
    full: flaw('illegal_parameter', 'unsolicited_extension'),
  },
];

const RETRIES: readonly Kind[] = [
  {
    name: 'asks for another hello without saying which',
    protocols: ONLY_13,
    misdeed: retries(),
    full: flaw('illegal_parameter', 'no_change_following_hrr'),
  },
  {
    name: 'asks for the key that it was shown',
    protocols: ONLY_13,
    misdeed: retries(extension(KEY_SHARE, u16(X25519))),
    full: flaw('illegal_parameter', 'bad_key_share'),
  },
  {
    name: 'asks for a group that was not offered',
    protocols: ONLY_13,
    misdeed: retries(extension(KEY_SHARE, u16(0x7a7a))),
    full: flaw('illegal_parameter', 'bad_key_share'),
  },
  {
    name: 'asks for another hello for ever',
    protocols: ONLY_13,
    misdeed: retries(extension(KEY_SHARE, u16(P256)), extension(COOKIE, vector16(Buffer.alloc(20, 7)))),
    full: flaw('unexpected_message', 'unexpected_message'),
  },
  {
    name: 'asks for another hello once',
    protocols: ONLY_13,
    misdeed: { plan: { retry: 'group', group: P256 } },
    full: 'honoured',
  },
];

export const HELLOS: readonly Kind[] = [...CHOSEN, ...UNOFFERED, ...RETRIES];
