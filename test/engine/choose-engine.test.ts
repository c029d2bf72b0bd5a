import { describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/engine/engine.ts';
import { chooseEngine, nextEngine } from '../../src/run/prepare/choose-engine.ts';
import { decodeScenario } from '../../src/scenario/decode.ts';

const scenario = (flags: Record<string, unknown>) =>
  decodeScenario({ states: { edge: { target: '127.0.0.1:8443' } } }, flags, 'test').scenario;

const settings = (change: Partial<ClientSettings>): ClientSettings => ({
  protocol: 'TLSv1.3',
  mode: 'full',
  address: '127.0.0.1',
  port: 8443,
  serverName: undefined,
  verify: false,
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
  connectTimeoutMs: 1000,
  handshakeTimeoutMs: 1000,
  ticketTimeoutMs: 1000,
  firstByteTimeoutMs: 1000,
  ...change,
});

const choose = (flags: Record<string, unknown>, change: Partial<ClientSettings> = {}) => {
  const { engine, reason, obstacles } = chooseEngine(scenario(flags), [settings({}), settings(change)]);
  engine.close();
  return { name: engine.name, reason, obstacles };
};

describe('the engine that auto takes', () => {
  it('is the fastest', () => {
    expect(choose({})).toEqual({ name: 'wire', reason: 'it is the fastest', obstacles: [] });
  });

  it.each([
    { change: { keyLog: '/dev/null' }, because: 'engine wire writes no key log.' },
    { change: { ciphers: 'HIGH:!aNULL', protocol: 'TLSv1.2' }, because: 'engine wire does not know the cipher HIGH.' },
    { change: { groups: 'X25519:X448' }, because: 'engine wire does not know the group X448.' },
  ] as const)('is openssl where wire cannot do what is asked, and says why: $because', ({ change, because }) => {
    expect(choose({}, change)).toEqual({ name: 'openssl', reason: 'it is the fastest that can', obstacles: [because] });
  });

  it.each([{ keyShare: 'reuse' }, { checksSignature: false }] as const)('can be no other for %o', (change) => {
    expect(choose({}, change).name).toBe('wire');
    for (const engine of ['openssl', 'node'])
      expect(() => choose({ engine }, change)).toThrow(/--engine wire|engine (openssl|node)/u);
  });

  it('is openssl after wire has turned out to be unfit, with the reason, and none after openssl', () => {
    const wanted = [settings({})];
    const first = chooseEngine(scenario({}), wanted);
    const second = nextEngine(scenario({}), wanted, first, 'engine wire is unfit.');
    expect(second).toMatchObject({ choice: { name: 'openssl' }, obstacles: ['engine wire is unfit.'] });
    if (second !== undefined) expect(nextEngine(scenario({}), wanted, second, 'unfit too')).toBeUndefined();
    expect(nextEngine(scenario({ engine: 'wire' }), wanted, first, 'but it was asked for')).toBeUndefined();
    first.engine.close();
    second?.engine.close();
  });

  it('stays wire where no other can do what is asked: what speaks against it is the result', () => {
    const wanted = [settings({ keyShare: 'reuse' })];
    const first = chooseEngine(scenario({}), wanted);
    expect(nextEngine(scenario({}), wanted, first, 'engine wire is unfit.')).toBeUndefined();
    first.engine.close();
  });

  it('spins, but for node', () => {
    expect(choose({ engine: 'openssl', spin: true }).name).toBe('openssl');
    expect(() => choose({ engine: 'node', spin: true })).toThrow('engine node cannot spin');
  });
});
