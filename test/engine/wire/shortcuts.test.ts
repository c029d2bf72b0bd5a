import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../../src/engine/engine.ts';
import { allocate } from '../../../src/engine/ffi.ts';
import { WireClient } from '../../../src/engine/wire/client.ts';
import { WireConnection } from '../../../src/engine/wire/connection.ts';
import { openPrimitives } from '../../../src/engine/wire/crypto/primitives.ts';
import { openLibCrypto } from '../../../src/engine/wire/library.ts';
import { makeWireContext } from '../../../src/engine/wire/wire-context.ts';
import { Trust } from '../../../src/engine/wire/trust.ts';
import { startReferenceServer, type ReferenceServer } from '../../../src/target/reference/reference-server.ts';
import { FlightReader } from '../../../src/tls/flight.ts';
import { SERVER_KEY_EXCHANGE } from '../../../src/tls/numbers.ts';

const EXCHANGE_BYTES = 65_536;

describe('the core of engine wire', () => {
  const primitives = openPrimitives(openLibCrypto());
  const exchange = { input: allocate(EXCHANGE_BYTES), output: allocate(EXCHANGE_BYTES) };
  const connection = new WireConnection(makeWireContext(primitives, exchange));
  const trust = new Trust();
  let server: ReferenceServer;

  beforeAll(async () => {
    server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
  });
  afterAll(async () => {
    trust.close();
    await server.close();
  });

  const makeClient = (change: Partial<ClientSettings>): WireClient => {
    const settings: ClientSettings = {
      protocol: 'TLSv1.3',
      mode: 'full',
      address: '127.0.0.1',
      port: server.port,
      serverName: 'localhost',
      verify: true,
      ca: server.certificate,
      identity: undefined,
      alpn: [],
      ciphers: undefined,
      groups: 'X25519:P-256',
      keyShare: 'fresh',
      checksSignature: true,
      close: 'reset',
      sources: [],
      keyLog: undefined,
      request: undefined,
      connectTimeoutMs: 2000,
      handshakeTimeoutMs: 2000,
      ticketTimeoutMs: 500,
      firstByteTimeoutMs: 500,
      ...change,
    };
    return new WireClient(settings, primitives, trust);
  };

  const output = (): Buffer => Buffer.from(exchange.output.bytes.subarray(0, connection.outputBytes));

  const hello = (client: WireClient): Buffer => {
    connection.start({ client, session: undefined, awaitTicket: false, sendsRequest: false, closeNotify: false, tap: false });
    return output();
  };

  it.each([
    { keyShare: 'fresh', different: 3 },
    { keyShare: 'reuse', different: 1 },
  ] as const)(
    'shows $different keys in 3 hellos with key share $keyShare, and always another random',
    ({ keyShare, different }) => {
      const client = makeClient({ keyShare });
      const hellos = [hello(client), hello(client), hello(client)];
      connection.release();
      client.close();
      // The key share stands last in a hello that offers no session.
      expect(new Set(hellos.map((bytes) => bytes.toString('hex', bytes.length - 32))).size).toBe(different);
      expect(new Set(hellos.map((bytes) => bytes.toString('hex', 11, 43))).size).toBe(3);
    },
  );

  /** One handshake over a socket, whose bytes are changed on their way to us. */
  const shakeHands = async (client: WireClient, change: (bytes: Buffer) => void): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('data', (bytes: Buffer) => {
      change(bytes);
      bytes.copy(exchange.input.bytes);
      connection.receive(bytes.length);
      socket.write(output());
      if (connection.status !== 'handshaking') socket.destroy();
    });
    const closed = once(socket, 'close');
    socket.write(hello(client));
    await closed;
    const { failure } = connection;
    connection.release();
    return failure === undefined ? 'finished' : `${failure.kind}:${failure.detail}`;
  };

  it.each([
    { checksSignature: true, change: 'nothing', came: 'finished' },
    { checksSignature: false, change: 'nothing', came: 'finished' },
    { checksSignature: true, change: 'the signature', came: 'tls:bad_signature' },
    // The extended master secret is made of all messages: the server cannot read what we then send.
    { checksSignature: false, change: 'the signature', came: 'alert:bad_record_mac' },
  ])('comes to $came when $change is spoilt and it checks: $checksSignature', async ({ checksSignature, change, came }) => {
    const client = makeClient({ protocol: 'TLSv1.2', checksSignature });
    expect(await shakeHands(client, change === 'nothing' ? () => undefined : spoilSignature)).toBe(came);
    client.close();
  });
});

/** Flips a bit of the last byte of a ServerKeyExchange, which is the signature's. */
const spoilSignature = (bytes: Buffer): void => {
  new FlightReader((type, message, _start, end) => {
    if (type === SERVER_KEY_EXCHANGE && message === bytes) bytes.writeUInt8(bytes.readUInt8(end - 1) ^ 1, end - 1);
  }).read(bytes, 0, bytes.length);
};
