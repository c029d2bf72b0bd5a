import { describe, expect, it } from 'vitest';
import { AllowedTargets } from '../../src/distributed/agent/allowed-targets.ts';
import { brokerAddress } from '../../src/distributed/broker/address.ts';
import { StartMargin } from '../../src/distributed/coordinator/start-margin.ts';
import { contextSchema, fromWire, toWire } from '../../src/distributed/protocol/context.ts';
import { countsOf, togetherOf, type AgentCounts } from '../../src/distributed/protocol/progress.ts';
import type { CellContext } from '../../src/load/load-generator.ts';

const NOBODY = { environment: {} };

describe('the address of a coordinator', () => {
  it.each([
    ['redis://10.0.0.1', { shown: 'redis://10.0.0.1:6379', host: '10.0.0.1', port: 6379, isEncrypted: false, database: 0 }],
    ['rediss://redis.example:7000/2', { shown: 'rediss://redis.example:7000/2', port: 7000, isEncrypted: true, database: 2 }],
    ['redis://[::1]:6380', { shown: 'redis://[::1]:6380', host: '::1', port: 6380 }],
    ['unix:/run/redis.sock', { shown: 'unix:/run/redis.sock', path: '/run/redis.sock', host: undefined }],
  ])('%s', async (url, expected) => {
    expect(await brokerAddress(url, NOBODY)).toMatchObject(expected);
  });

  it.each(['10.0.0.1:6379', 'http://10.0.0.1', 'redis://', 'redis://10.0.0.1/x', ''])('refuses %j', async (url) => {
    await expect(brokerAddress(url, NOBODY)).rejects.toThrow('is no address of a Redis server');
  });

  it('takes a password from the environment or a file, and refuses one that is in it without showing it', async () => {
    const environment = { RESUMARK_REDIS_USER: 'load', RESUMARK_REDIS_PASSWORD: 'hidden' };
    expect(await brokerAddress('redis://a', { environment })).toMatchObject({ user: 'load', password: 'hidden' });
    const refusal: unknown = await brokerAddress('redis://load:hidden@a', NOBODY).catch((error: unknown) => error);
    expect(String(refusal)).toContain('has a user or a password in it');
    expect(String(refusal)).not.toContain('hidden');
    await expect(brokerAddress('redis://a', { ...NOBODY, passwordFile: '/nonexistent' })).rejects.toThrow('ENOENT');
  });
});

describe('the targets that an agent allows', () => {
  it.each([
    [[], '127.0.0.1', true],
    [[], '10.1.2.3', true],
    [[], 'fd00::1', true],
    [[], '198.51.100.7', false],
    [[], '169.254.169.254', false],
    [['198.51.100.0/24'], '198.51.100.7', true],
    [['198.51.100.0/24'], '127.0.0.1', false],
    [['2001:db8::/32', '203.0.113.7'], '2001:db8::5', true],
    [['2001:db8::/32', '203.0.113.7'], '203.0.113.8', false],
  ])('%j: %s %s', (written, address, isAllowed) => {
    expect(new AllowedTargets(written).allows(address)).toBe(isAllowed);
  });

  it.each(['edge.example', '10.0.0.0/33', '10.0.0.0/x', '::/129', ''])('%j is no network', (written) => {
    expect(() => new AllowedTargets([written])).toThrow('is neither an IP address nor a network');
  });
});

const CONTEXT: CellContext = {
  cell: 'edge.TLSv1.3.ticket',
  policy: 'distinct',
  offerAfterNs: 0,
  settings: {
    protocol: 'TLSv1.3',
    mode: 'ticket',
    address: '10.0.0.9',
    port: 443,
    serverName: 'edge.example',
    verify: true,
    ca: 'CA',
    identity: { cert: 'CERT', key: 'PRIVATE KEY' },
    alpn: ['h2'],
    ciphers: undefined,
    groups: undefined,
    keyShare: 'fresh',
    checksSignature: true,
    close: 'reset',
    sources: ['10.0.0.2'],
    keyLog: '/tmp/keys',
    request: undefined,
    connectTimeoutMs: 1,
    handshakeTimeoutMs: 2,
    ticketTimeoutMs: 3,
    firstByteTimeoutMs: 4,
  },
};

describe('a cell that crosses machines', () => {
  const sent = JSON.stringify(toWire(CONTEXT));

  it('has no key, no path and no address of the machine that it comes from', () => {
    for (const secret of ['PRIVATE KEY', 'CERT', '/tmp/keys', '10.0.0.2']) expect(sent).not.toContain(secret);
  });

  it('is the same cell there, with what the agent has of its own', () => {
    const own = { identity: { cert: 'ITS CERT', key: 'ITS KEY' }, sources: ['10.0.0.3'] };
    const arrived = fromWire(contextSchema.parse(JSON.parse(sent)), own);
    expect(arrived).toEqual({ ...CONTEXT, settings: { ...CONTEXT.settings, ...own, keyLog: undefined } });
  });
});

describe('the progress of agents together', () => {
  const counts = (change: Partial<AgentCounts>): AgentCounts => ({
    ...{ finished: 0, honoured: 0, errors: 0, refusedAgain: 0, inFlight: 0, begun: 0, restedNs: [], latency: [] },
    ...change,
  });

  it('is a sum, with the quantiles of all handshakes', () => {
    const slow = counts({ finished: 10, honoured: 9, errors: 1, refusedNs: 5e9, restedNs: [1], latency: [[80, 10]] });
    const fast = counts({ finished: 90, honoured: 90, refusedNs: 0, restedNs: [2, 3], latency: [[8, 90]] });
    const all = togetherOf([
      { name: 'slow', workers: 1, counts: slow },
      { name: 'fast', workers: 2, counts: fast },
      { name: 'silent', workers: 1, counts: undefined },
    ]);
    expect(all).toMatchObject({ finished: 100, honoured: 99, errors: 1, refusedNs: 0, restedNs: [1, 2, 3] });
    expect(all.agents?.map(({ name, finished }) => [name, finished])).toEqual([
      ['slow', 10],
      ['fast', 90],
      ['silent', 0],
    ]);
    const alone = togetherOf([{ name: 'slow', workers: 1, counts: slow }]);
    expect(all.p99Ns).toBe(alone.p50Ns);
    expect(all.p50Ns).toBeLessThan(alone.p50Ns ?? 0);
  });

  it('crosses as it was, and an agent that has tried nothing says nothing of the target', () => {
    const idle = {
      finished: 0,
      honoured: 0,
      errors: 0,
      refusedAgain: 0,
      refusedNs: Number.POSITIVE_INFINITY,
      inFlight: 0,
      begun: 0,
      restedNs: [0],
      p50Ns: undefined,
      p99Ns: undefined,
    };
    const sent = JSON.parse(JSON.stringify(countsOf(idle, [0, 0, 4]))) as AgentCounts;
    expect(sent.latency).toEqual([[2, 4]]);
    expect(togetherOf([{ name: 'a', workers: 1, counts: sent }]).refusedNs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the time that agents have for a common start', () => {
  it('is long at first, follows what the slowest way is as a rule, and has bounds', () => {
    const margin = new StartMargin(150e6);
    expect(margin.ns).toBe(250e6);
    margin.learn([2e6, 20e6]);
    expect(margin.ns).toBe(23e6);
    for (let windows = 0; windows < 3; windows++) margin.learn([1e6, 4e6]);
    expect(margin.ns).toBe(7e6);
    margin.learn([1e9]);
    expect(margin.ns).toBe(7e6);
    for (let windows = 0; windows < 16; windows++) margin.learn([3e9]);
    expect(margin.ns).toBe(1e9);
  });
});
