import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/stats/random.ts';
import { makeCertificate } from '../../src/target/certificate.ts';
import type { CertificatePair } from '../../src/target/certificate-pair.ts';
import { decodeMessages } from '../../src/tls/messages/decode.ts';
import {
  groupHello,
  legacyHello,
  readHelloAnswer,
  X25519_MLKEM768,
  type HelloAnswer,
  type RawHello,
} from '../../src/tls/raw-hello.ts';
import { extension, join, message, u16, u8, vector16, vector8 } from '../fuzz/bytes.ts';

const P_384 = 24;

const fields = () => ({ serverName: 'localhost', random: randomBytes(64) });

const decoded = ({ bytes }: RawHello) =>
  decodeMessages([{ from: 'client', type: 'handshake', bytes: bytes.subarray(5), atNs: 0 }]);

describe('the hellos', () => {
  it('offer an old version and no newer one', () => {
    expect(decoded(legacyHello('TLSv1.0', fields()))).toMatchObject([
      { kind: 'client-hello', legacyVersion: 'TLSv1.0', versions: [], serverName: 'localhost', keyShares: [], ticketBytes: null },
    ]);
    expect(decoded(legacyHello('TLSv1.1', { ...fields(), serverName: undefined }))).toMatchObject([
      { legacyVersion: 'TLSv1.1', serverName: null },
    ]);
  });

  it('do not say that they fall back', () => {
    expect(decoded(legacyHello('TLSv1.0', fields()))).not.toMatchObject([
      { cipherSuites: expect.arrayContaining(['TLS_FALLBACK_SCSV']) as unknown },
    ]);
  });

  it('offer one group without a key share', () => {
    expect(decoded(groupHello(X25519_MLKEM768, fields()))).toMatchObject([
      { versions: ['TLSv1.3'], groups: ['X25519MLKEM768'], keyShares: [], serverName: 'localhost' },
    ]);
  });
});

/** What a server answers to a hello. */
const answerOf = async (options: TlsOptions, hello: RawHello): Promise<HelloAnswer> => {
  const server = createTlsServer({ cert: pair.certificate, key: pair.key, ...options }).on('tlsClientError', () => undefined);
  return ask(server, hello);
};

const ask = async (server: Server, hello: RawHello): Promise<HelloAnswer> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let received = Buffer.alloc(0);
  let answer: HelloAnswer = { state: 'more' };
  socket.write(hello.bytes);
  try {
    for await (const piece of socket) {
      received = Buffer.concat([received, piece as Buffer]);
      answer = readHelloAnswer(hello, received);
      if (answer.state !== 'more') break;
    }
  } finally {
    socket.destroy();
    server.close();
  }
  return answer;
};

let pair: CertificatePair;
beforeAll(async () => {
  pair = await makeCertificate('ecdsa-p256');
});

/** OpenSSL has old versions, but only where nobody asks for security. */
const OLD: TlsOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };

describe('a server', () => {
  it.each(['TLSv1.0', 'TLSv1.1'] as const)('that has %s accepts it', async (version) => {
    expect(await answerOf(OLD, legacyHello(version, fields()))).toEqual({ state: 'accepted' });
  });

  it.each(['TLSv1.0', 'TLSv1.1'] as const)('as it comes refuses %s', async (version) => {
    expect(await answerOf({}, legacyHello(version, fields()))).toEqual({ state: 'refused', reason: 'alert:protocol_version' });
  });

  it('that has a group asks for its key share', async () => {
    expect(await answerOf({ ecdhCurve: 'P-384:P-256' }, groupHello(P_384, fields()))).toEqual({ state: 'accepted' });
  });

  it('that has another group alone refuses it', async () => {
    const answer = await answerOf({ ecdhCurve: 'P-256' }, groupHello(P_384, fields()));
    expect(answer).toEqual({ state: 'refused', reason: 'alert:handshake_failure' });
  });

  it('that ends at TLS 1.2 refuses any group of TLS 1.3', async () => {
    const answer = await answerOf({ maxVersion: 'TLSv1.2' }, groupHello(P_384, fields()));
    expect(answer).toEqual({ state: 'refused', reason: 'alert:protocol_version' });
  });

  it('of HTTP is none of TLS', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await ask(server, legacyHello('TLSv1.0', fields()))).toEqual({ state: 'no-tls' });
  });
});

const record = (type: number, ...body: readonly Uint8Array[]): Buffer => join(u8(type), u16(0x0301), vector16(...body));

const serverHello = (version: number, ...extensions: readonly Buffer[]): Buffer =>
  message(
    2,
    u16(version),
    Buffer.alloc(32),
    vector8(),
    u16(0xc013),
    u8(0),
    ...(extensions.length === 0 ? [] : [vector16(...extensions)]),
  );

const OLDEST = legacyHello('TLSv1.0', { serverName: undefined, random: Buffer.alloc(64) });
const HYBRID = groupHello(X25519_MLKEM768, { serverName: undefined, random: Buffer.alloc(64) });

describe('readHelloAnswer', () => {
  const accepting = record(22, serverHello(0x0301));
  const warning = record(21, u8(1), u8(112));

  it.each<[string, RawHello, Buffer, HelloAnswer]>([
    ['nothing yet', OLDEST, Buffer.alloc(0), { state: 'more' }],
    ['half a head', OLDEST, accepting.subarray(0, 3), { state: 'more' }],
    ['half a message', OLDEST, accepting.subarray(0, 30), { state: 'more' }],
    ['the version', OLDEST, accepting, { state: 'accepted' }],
    ['a warning, and the version', OLDEST, join(warning, accepting), { state: 'accepted' }],
    ['a warning alone', OLDEST, warning, { state: 'more' }],
    ['a warning that it closes', OLDEST, record(21, u8(1), u8(0)), { state: 'refused', reason: 'alert:close_notify' }],
    ['an older version', OLDEST, record(22, serverHello(0x0300)), { state: 'refused', reason: 'version:SSLv3' }],
    ['a newer version', OLDEST, record(22, serverHello(0x0303)), { state: 'refused', reason: 'version:TLSv1.2' }],
    [
      'another group',
      HYBRID,
      record(22, serverHello(0x0303, extension(43, u16(0x0304)), extension(51, u16(29)))),
      { state: 'refused', reason: 'group:X25519' },
    ],
    ['no group', HYBRID, record(22, serverHello(0x0303, extension(43, u16(0x0304)))), { state: 'refused', reason: 'group:none' }],
    [
      'a message in two records',
      OLDEST,
      join(record(22, serverHello(0x0301).subarray(0, 20)), record(22, serverHello(0x0301).subarray(20))),
      { state: 'accepted' },
    ],
    ['another message', OLDEST, record(22, message(14)), { state: 'no-tls' }],
    ['a message without end', OLDEST, record(22, u8(2), Buffer.of(0xff, 0xff, 0xff)), { state: 'no-tls' }],
    ['a greeting', OLDEST, Buffer.from('220 mail.example ESMTP\r\n'), { state: 'no-tls' }],
    ['encrypted data', OLDEST, record(23, Buffer.alloc(20)), { state: 'no-tls' }],
    ['a record of SSL 2', OLDEST, Buffer.of(22, 2, 0, 0, 0), { state: 'no-tls' }],
  ])('reads %s', (_name, hello, received, answer) => {
    expect(readHelloAnswer(hello, received)).toEqual(answer);
  });

  it('never throws, whatever comes', () => {
    const random = seededRandom(21);
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(join(warning, accepting, accepting));
      for (let k = 0; k < 4; k++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      expect(readHelloAnswer(OLDEST, bytes.subarray(0, Math.floor(random() * bytes.length)))).toHaveProperty('state');
    }
  });
});
