import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/domain/engine-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { engineChoice, openEngine } from '../../src/engine/open.ts';
import { attemptOf, perform, performOne } from '../../src/engine/perform.ts';
import type { SeenMessage } from '../../src/tls/seen-message.ts';
import { findProgram } from '../servers/require-program.ts';
import { startSServer } from '../servers/s-server.ts';
import type { Peer } from '../servers/peer.ts';
import { testSettings } from './settings.ts';

const program = findProgram('openssl', 'openssl');

it('is engine openssl alone that shows messages', () => {
  const shown = ENGINE_NAMES.filter((name) => {
    const engine = openEngine(engineChoice(name));
    engine.close();
    return engine.showsMessages;
  });
  expect(shown).toEqual(['openssl']);
});

describe.skipIf(program === undefined)('messages of a connection with openssl s_server (Debian: openssl)', () => {
  let engine: Engine;
  let server: Peer;
  beforeAll(async () => {
    engine = openEngine(engineChoice('openssl'));
    server = await startSServer(program ?? '', {});
  });
  afterAll(async () => {
    engine.close();
    await server.close();
  });

  /** Types of the handshake messages of each side, in order. */
  const typesOf = (messages: readonly SeenMessage[]): string[] =>
    messages.flatMap(({ from, type, bytes }) => (type === 'handshake' ? [`${from} ${String(bytes[0])}`] : []));

  it('come decrypted, whole and in order', async () => {
    const client = engine.client(testSettings({ port: server.port, ca: server.certificate, mode: 'ticket' }));
    const seen: SeenMessage[] = [];
    const { failure, session } = await performOne(engine, { ...attemptOf(client), onMessage: (message) => seen.push(message) });
    session?.free();
    client.close();
    expect(failure).toBeUndefined();
    // ClientHello; ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished; Finished; two tickets.
    const flights = [
      'client 1',
      'server 2',
      'server 8',
      'server 11',
      'server 15',
      'server 20',
      'client 20',
      'server 4',
      'server 4',
    ];
    expect(typesOf(seen)).toEqual(flights);
    for (const { type, bytes } of seen.filter((message) => message.type === 'handshake')) {
      expect({ type, length: bytes.length }).toEqual({ type, length: 4 + Buffer.from(bytes).readUIntBE(1, 3) });
    }
    expect(seen.map(({ atNs }) => atNs)).toEqual(seen.map(({ atNs }) => atNs).toSorted((a, b) => a - b));
  });

  it('belong each to its own connection when several are in flight, and none to one that nobody listens to', async () => {
    const client = engine.client(testSettings({ port: server.port, ca: server.certificate, mode: 'ticket' }));
    const seen: SeenMessage[][] = [[], [], [], []];
    const attempts = seen.map((own, i) => ({
      ...attemptOf(client),
      ...(i > 0 && { onMessage: (message: SeenMessage) => own.push(message) }),
    }));
    const results = await perform(engine, attempts, 4);
    for (const { session } of results) session?.free();
    client.close();
    expect(seen.map((own) => typesOf(own).filter((type) => type === 'client 1').length)).toEqual([0, 1, 1, 1]);
    expect(seen.map((own) => typesOf(own).length)).toEqual([0, 9, 9, 9]);
  });
});
