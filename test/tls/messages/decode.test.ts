import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.ts';
import { decodeMessages } from '../../../src/tls/messages/decode.ts';
import type { Content, Decoded } from '../../../src/tls/messages/decoded.ts';
import type { SeenMessage } from '../../../src/tls/seen-message.ts';
import { HELLO_RETRY_RANDOM } from '../../../src/tls/numbers.ts';
import { extension, join, message, u16, u24, u32, u8, vector16, vector24, vector8 } from '../../fuzz/bytes.ts';

const RANDOM = Buffer.alloc(32, 7);
const SESSION_ID = Buffer.alloc(32, 9);

const seen = (bytes: Uint8Array, from: SeenMessage['from'] = 'server'): SeenMessage => ({
  from,
  type: 'handshake',
  bytes,
  atNs: 5,
});

const clientHello = (...extensions: readonly Buffer[]): Buffer =>
  message(
    1,
    u16(0x0303),
    RANDOM,
    vector8(SESSION_ID),
    vector16(u16(0x1301), u16(0x2a2a), u16(0xabcd)),
    vector8(u8(0)),
    vector16(...extensions),
  );

const serverHello = (random: Uint8Array, ...extensions: readonly Buffer[]): Buffer =>
  message(2, u16(0x0303), random, vector8(SESSION_ID), u16(0x1301), u8(0), vector16(...extensions));

const IS_1_3 = extension(43, u16(0x0304));
const HELLO_1_3 = serverHello(RANDOM, IS_1_3, extension(51, u16(0x11ec), vector16(Buffer.alloc(8))), extension(41, u16(0)));
const HELLO_1_2 = message(
  2,
  ...[u16(0x0303), RANDOM, vector8(), u16(0xc02f), u8(0)],
  vector16(extension(23), extension(35), extension(16, vector16(vector8(Buffer.from('h2'))))),
);

const LEAF = Buffer.from('leaf');
const ISSUER = Buffer.from('issuer');
const STAPLE = Buffer.from('staple');
const NAME = Buffer.from('name');
const TICKET = Buffer.alloc(200, 3);

/** One of each message, with the hello that says how to read it. */
const CASES: readonly (readonly [string, readonly SeenMessage[], Content])[] = [
  [
    'ServerHello of TLS 1.3',
    [seen(HELLO_1_3)],
    {
      kind: 'server-hello',
      version: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      sessionId: SESSION_ID,
      extensions: [
        { type: 43, name: 'supported_versions', bytes: 2 },
        { type: 51, name: 'key_share', bytes: 12 },
        { type: 41, name: 'pre_shared_key', bytes: 2 },
      ],
      group: 'X25519MLKEM768',
      selectedPsk: 0,
      extendedMasterSecret: false,
      announcesTicket: false,
      alpn: null,
    },
  ],
  [
    'ServerHello of TLS 1.2',
    [seen(HELLO_1_2)],
    {
      kind: 'server-hello',
      version: 'TLSv1.2',
      cipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256',
      sessionId: Buffer.alloc(0),
      extensions: [
        { type: 23, name: 'extended_master_secret', bytes: 0 },
        { type: 35, name: 'session_ticket', bytes: 0 },
        { type: 16, name: 'application_layer_protocol_negotiation', bytes: 5 },
      ],
      group: null,
      selectedPsk: null,
      extendedMasterSecret: true,
      announcesTicket: true,
      alpn: 'h2',
    },
  ],
  [
    'HelloRetryRequest',
    [seen(serverHello(HELLO_RETRY_RANDOM, IS_1_3, extension(51, u16(24)), extension(44, vector16(Buffer.alloc(3)))))],
    {
      kind: 'hello-retry-request',
      version: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      sessionId: SESSION_ID,
      extensions: [
        { type: 43, name: 'supported_versions', bytes: 2 },
        { type: 51, name: 'key_share', bytes: 2 },
        { type: 44, name: 'cookie', bytes: 5 },
      ],
      group: 'P-384',
      cookieBytes: 3,
    },
  ],
  [
    'EncryptedExtensions',
    [seen(HELLO_1_3), seen(message(8, vector16(extension(42))))],
    {
      kind: 'encrypted-extensions',
      extensions: [{ type: 42, name: 'early_data', bytes: 0 }],
      alpn: null,
      earlyData: true,
    },
  ],
  [
    'Certificate of TLS 1.2',
    [seen(HELLO_1_2), seen(message(11, vector24(vector24(LEAF), vector24(ISSUER))))],
    { kind: 'certificate', chain: [LEAF, ISSUER], staple: null },
  ],
  [
    'Certificate of TLS 1.3 with a staple',
    [
      seen(HELLO_1_3),
      seen(
        message(
          11,
          vector8(),
          vector24(vector24(LEAF), vector16(extension(5, u8(1), vector24(STAPLE))), vector24(ISSUER), vector16()),
        ),
      ),
    ],
    { kind: 'certificate', chain: [LEAF, ISSUER], staple: STAPLE },
  ],
  [
    'CertificateStatus',
    [seen(HELLO_1_2), seen(message(22, u8(1), vector24(STAPLE)))],
    { kind: 'certificate-status', staple: STAPLE },
  ],
  [
    'CertificateStatus of another type',
    [seen(HELLO_1_2), seen(message(22, u8(2), u24(0)))],
    { kind: 'certificate-status', staple: null },
  ],
  [
    'ServerKeyExchange on a curve',
    [seen(HELLO_1_2), seen(message(12, u8(3), u16(29), vector8(Buffer.alloc(32))))],
    { kind: 'server-key-exchange', group: 'X25519', primeBits: null },
  ],
  [
    'ServerKeyExchange in a field',
    [
      seen(message(2, u16(0x0303), RANDOM, vector8(), u16(0x009e), u8(0))),
      // A prime of 6144 bits begins like a named curve.
      seen(message(12, vector16(Buffer.alloc(768)), vector16(u8(2)), vector16(Buffer.alloc(768)))),
    ],
    { kind: 'server-key-exchange', group: null, primeBits: 6144 },
  ],
  [
    'CertificateRequest of TLS 1.2',
    [seen(HELLO_1_2), seen(message(13, vector8(u8(1)), vector16(u16(0x0403)), vector16(vector16(NAME))))],
    { kind: 'certificate-request', authorities: [NAME] },
  ],
  [
    'CertificateRequest of TLS 1.3',
    [seen(HELLO_1_3), seen(message(13, vector8(), vector16(extension(47, vector16(vector16(NAME), vector16(LEAF))))))],
    { kind: 'certificate-request', authorities: [NAME, LEAF] },
  ],
  [
    'CertificateVerify',
    [seen(HELLO_1_3), seen(message(15, u16(0x0403), vector16(Buffer.alloc(70))))],
    { kind: 'certificate-verify', scheme: 0x0403 },
  ],
  [
    'NewSessionTicket of TLS 1.2',
    [seen(HELLO_1_2), seen(message(4, u32(300), vector16(TICKET)))],
    { kind: 'new-session-ticket', lifetimeS: 300, ticket: TICKET, maxEarlyData: null },
  ],
  [
    'NewSessionTicket of TLS 1.3 with early data',
    [
      seen(HELLO_1_3),
      seen(message(4, u32(604_800), u32(0xffffffff), vector8(u8(0)), vector16(TICKET), vector16(extension(42, u32(0xffffffff))))),
    ],
    { kind: 'new-session-ticket', lifetimeS: 604_800, ticket: TICKET, maxEarlyData: 0xffffffff },
  ],
  ['Finished', [seen(message(20, Buffer.alloc(32)))], { kind: 'finished' }],
  ['an alert', [{ ...seen(Buffer.of(2, 70)), type: 'alert' }], { kind: 'alert', isFatal: true, name: 'protocol_version' }],
  ['ChangeCipherSpec', [{ ...seen(Buffer.of(1)), type: 'change-cipher-spec' }], { kind: 'change-cipher-spec' }],
  ['a message without facts', [seen(message(14))], { kind: 'other', name: 'ServerHelloDone', isReadable: true }],
  ['an unknown message', [seen(message(99))], { kind: 'other', name: 'handshake message 99', isReadable: true }],
  ['no bytes at all', [seen(Buffer.alloc(0))], { kind: 'other', name: 'HelloRequest', isReadable: true }],
  ['a cut message', [seen(HELLO_1_3.subarray(0, 30))], { kind: 'other', name: 'ServerHello', isReadable: false }],
  [
    'a vector longer than its message',
    [seen(HELLO_1_2), seen(message(4, u32(300), u16(500), TICKET))],
    { kind: 'other', name: 'NewSessionTicket', isReadable: false },
  ],
];

describe('decodeMessages', () => {
  it.each(CASES)('reads %s', (_name, messages, content) => {
    const last = messages.at(-1);
    expect(decodeMessages(messages).at(-1)).toEqual({ from: 'server', atNs: 5, bytes: last?.bytes.length, ...content });
  });

  it('reads a ClientHello', () => {
    const hello = clientHello(
      extension(0, vector16(u8(0), vector16(Buffer.from('a.test')))),
      extension(10, vector16(u16(0x1a1a), u16(0x11ec), u16(29), u16(0x7777))),
      extension(16, vector16(vector8(Buffer.from('h2')), vector8(Buffer.from('http/1.1')))),
      extension(23),
      extension(35, TICKET),
      extension(43, vector8(u16(0x0304), u16(0x0303))),
      extension(51, vector16(u16(29), vector16(Buffer.alloc(32)))),
      extension(42),
      extension(41, vector16(vector16(TICKET), u32(1), vector16(LEAF), u32(2)), vector16(vector8(Buffer.alloc(32)))),
    );
    expect(decodeMessages([seen(hello, 'client')])).toMatchObject([
      {
        kind: 'client-hello',
        from: 'client',
        legacyVersion: 'TLSv1.2',
        sessionId: SESSION_ID,
        cipherSuites: ['TLS_AES_128_GCM_SHA256', 'GREASE', '0xabcd'],
        serverName: 'a.test',
        alpn: ['h2', 'http/1.1'],
        groups: ['GREASE', 'X25519MLKEM768', 'X25519', '0x7777'],
        keyShares: ['X25519'],
        versions: ['TLSv1.3', 'TLSv1.2'],
        pskIdentities: [200, 4],
        ticketBytes: 200,
        earlyData: true,
        extendedMasterSecret: true,
      } satisfies Partial<Decoded>,
    ]);
  });

  it('reads a ClientHello without extensions, and one that asks for a ticket', () => {
    const bare = message(1, u16(0x0301), RANDOM, vector8(), vector16(u16(0x002f)), vector8(u8(0)));
    const messages = [seen(bare, 'client'), seen(clientHello(extension(35)), 'client')];
    expect(decodeMessages(messages)).toMatchObject([
      { legacyVersion: 'TLSv1.0', ticketBytes: null, serverName: null, extensions: [] },
      { ticketBytes: 0 },
    ]);
  });

  it('never throws, whatever a peer sends', () => {
    const random = seededRandom(20);
    const below = (limit: number): number => Math.floor(random() * limit);
    const all = CASES.flatMap(([, messages]) => messages);
    for (let i = 0; i < 3000; i++) {
      const connection = [seen(i % 2 === 0 ? HELLO_1_2 : HELLO_1_3), ...all.slice(below(all.length))];
      const mutated = connection.map((one) => ({ ...one, bytes: mutate(one.bytes, below) }));
      expect(decodeMessages(mutated)).toHaveLength(mutated.length);
    }
  });
});

const mutate = (bytes: Uint8Array, below: (limit: number) => number): Uint8Array => {
  const changed = join(bytes.subarray(0, below(3) === 0 ? below(bytes.length + 1) : bytes.length), Buffer.alloc(below(2)));
  for (let i = below(4); i > 0; i--) changed[below(changed.length)] = [0, 0xff, below(256)][below(3)] ?? 0;
  return changed;
};
