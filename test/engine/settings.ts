import type { ClientSettings } from '../../src/engine/engine.ts';

/** Settings of a client on loopback that verifies `localhost`, with what a test changes of them. */
export const testSettings = (change: Partial<ClientSettings>): ClientSettings => ({
  protocol: 'TLSv1.3',
  mode: 'full',
  address: '127.0.0.1',
  port: 1,
  serverName: 'localhost',
  verify: true,
  ca: undefined,
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
