import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mode } from '../../src/domain/mode.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { ClientSettings, Engine } from '../../src/engine/engine.ts';
import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { openWireEngine } from '../../src/engine/wire/engine.ts';
import { handshake } from '../engine/handshake.ts';
import { startNginx, type Nginx } from '../servers/nginx.ts';
import { findProgram } from '../servers/require-program.ts';
import { recordSystemCalls } from '../servers/system-calls.ts';

const nginx = findProgram('nginx', 'nginx-light');
const strace = findProgram('strace', 'strace');

const HANDSHAKES = 6;

/** A server must not be able to tell by its own work which of the engines it serves. */
describe.runIf(nginx !== undefined && strace !== undefined)('what nginx does for a connection', () => {
  let server: Nginx;
  let wire: Engine;
  let openssl: Engine;

  beforeAll(async () => {
    // Signatures of RSA are of one length, those of ECDSA are not.
    server = await startNginx(nginx ?? '', { cache: 'shared', tickets: true, keyType: 'rsa-2048' });
    [wire, openssl] = [openWireEngine(), openOpenSslEngine()];
  });
  afterAll(async () => {
    wire.close();
    openssl.close();
    await server.close();
  });

  const settings = (protocol: Protocol, mode: Mode): ClientSettings => ({
    protocol,
    mode,
    address: '127.0.0.1',
    port: server.port,
    serverName: 'localhost',
    verify: true,
    ca: server.certificate,
    identity: undefined,
    alpn: [],
    ciphers: protocol === 'TLSv1.3' ? 'TLS_AES_128_GCM_SHA256' : 'ECDHE-RSA-AES128-GCM-SHA256',
    groups: 'X25519:P-256',
    keyShare: 'fresh',
    checksSignature: true,
    close: 'notify',
    sources: [],
    keyLog: undefined,
    request: undefined,
    connectTimeoutMs: 5000,
    handshakeTimeoutMs: 5000,
    ticketTimeoutMs: 2000,
    firstByteTimeoutMs: 2000,
  });

  /** A reset would race with what the server still has to say: connections end in order here. */
  const callsFor = async (engine: Engine, protocol: Protocol, mode: Mode): Promise<Set<string>> => {
    const client = engine.client(settings(protocol, mode));
    const { session } = await handshake(engine, client);
    const recording = await recordSystemCalls(strace ?? '', server.pid, join(server.folder, 'calls'));
    for (let i = 0; i < HANDSHAKES; i++) await handshake(engine, client, { session: mode === 'full' ? undefined : session });
    client.close();
    return new Set(await recording.end());
  };

  it.each([
    { protocol: 'TLSv1.2', mode: 'full' },
    { protocol: 'TLSv1.2', mode: 'session-id' },
    { protocol: 'TLSv1.2', mode: 'ticket' },
    { protocol: 'TLSv1.3', mode: 'full' },
    { protocol: 'TLSv1.3', mode: 'ticket' },
  ] as const)('is the same for both engines, to the byte: $protocol $mode', async ({ protocol, mode }) => {
    const forWire = await callsFor(wire, protocol, mode);
    const forOpenSsl = await callsFor(openssl, protocol, mode);
    const common = [...forWire].filter((calls) => forOpenSsl.has(calls));
    expect(common, `wire: ${[...forWire].join(' | ')}\nopenssl: ${[...forOpenSsl].join(' | ')}`).not.toEqual([]);
    expect(common.some((calls) => calls.startsWith('accept4 setsockopt hello write'))).toBe(true);
  });
});
