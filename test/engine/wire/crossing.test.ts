import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings, Engine } from '../../../src/engine/engine.ts';
import { openOpenSslEngine } from '../../../src/engine/openssl/engine.ts';
import { openWireEngine } from '../../../src/engine/wire/engine.ts';
import { startNginx, type Nginx } from '../../servers/nginx.ts';
import { findProgram } from '../../servers/require-program.ts';
import { handshake } from '../handshake.ts';

const nginx = findProgram('nginx', 'nginx-light');

describe.runIf(nginx !== undefined)('a session', () => {
  let server: Nginx;
  let engines: Record<'wire' | 'openssl', Engine>;

  beforeAll(async () => {
    server = await startNginx(nginx ?? '', { cache: 'shared', tickets: true });
    engines = { wire: openWireEngine(), openssl: openOpenSslEngine() };
  });
  afterAll(async () => {
    engines.wire.close();
    engines.openssl.close();
    await server.close();
  });

  const settings = (change: Partial<ClientSettings>): ClientSettings => ({
    protocol: 'TLSv1.3',
    mode: 'ticket',
    address: '127.0.0.1',
    port: server.port,
    serverName: 'localhost',
    verify: true,
    ca: server.certificate,
    identity: undefined,
    alpn: [],
    ciphers: undefined,
    groups: undefined,
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
  });

  it.each([
    { from: 'wire', to: 'openssl', protocol: 'TLSv1.3', mode: 'ticket', mechanism: 'psk' },
    { from: 'openssl', to: 'wire', protocol: 'TLSv1.3', mode: 'ticket', mechanism: 'psk' },
    { from: 'wire', to: 'openssl', protocol: 'TLSv1.2', mode: 'ticket', mechanism: 'ticket' },
    { from: 'openssl', to: 'wire', protocol: 'TLSv1.2', mode: 'ticket', mechanism: 'ticket' },
    { from: 'wire', to: 'openssl', protocol: 'TLSv1.2', mode: 'session-id', mechanism: 'session-id' },
    { from: 'openssl', to: 'wire', protocol: 'TLSv1.2', mode: 'session-id', mechanism: 'session-id' },
  ] as const)('of $protocol $mode goes from $from to $to, and back', async ({ from, to, protocol, mode, mechanism }) => {
    const client = (name: 'wire' | 'openssl') => engines[name].client(settings({ protocol, mode }));
    const { session: given } = await handshake(engines[from], client(from));
    const there = await handshake(engines[to], client(to), { session: given });
    expect(there.evidence).toMatchObject({ resumed: true, offered: mechanism, hello: { resumed: true } });
    // TLS 1.3 gives a new ticket on resumption; TLS 1.2 keeps the old session.
    const back = await handshake(engines[from], client(from), { session: there.session ?? given });
    expect(back.evidence).toMatchObject({ resumed: true, offered: mechanism, hello: { resumed: true } });
  });
});
