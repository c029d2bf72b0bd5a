import { describe, expect, it } from 'vitest';
import { openNodeEngine } from '../../src/engine/node/engine.ts';
import { describeEngineContract } from './contract.ts';

describeEngineContract('node', openNodeEngine);

describe('engine node', () => {
  it('says before the run that it has no early data, and what has', () => {
    const engine = openNodeEngine();
    expect(() =>
      engine.client({
        protocol: 'TLSv1.3',
        mode: 'early-data',
        address: '127.0.0.1',
        port: 1,
        serverName: undefined,
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
        connectTimeoutMs: 1,
        handshakeTimeoutMs: 1,
        ticketTimeoutMs: 1,
        firstByteTimeoutMs: 1,
      }),
    ).toThrow(/early-data cannot be run by engine node/u);
  });
});
