import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentFaultKind } from '../../src/domain/agent-record.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { startReferenceServer, type ReferenceServer } from '../../src/target/reference/reference-server.ts';
import { Resumark, type Finished } from '../e2e/resumark.ts';
import { AgentProcess } from './agent-process.ts';
import { OtherVersion } from './other-version.ts';
import { RedisServer, redisServer } from './redis-server.ts';

/** No fault of an agent or of Redis may hold a run up for longer, beyond its own time. */
const MOST_BEYOND_MS = 20_000;

/** A busy machine takes seconds for each process that is started. */
const MOST_TEST_MS = 150_000;

let resumark: Resumark;
let target: ReferenceServer;
beforeAll(async () => {
  resumark = await Resumark.create();
  target = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: ['tickets'] });
});
afterAll(async () => {
  await target.close();
  await resumark.close();
});

const running = (redis: RedisServer, ...flags: readonly string[]) => {
  const args = ['-k', '--tls', '1.3', '-m', 'ticket', '--warmup', '0', '-o', resumark.results, '--format', 'json'];
  const load = ['-r', '100/s', '--coordinator', redis.url, '--agents', '2'];
  return resumark.start(['run', `127.0.0.1:${String(target.port)}`, ...args, ...load, ...flags]);
};

const recordOf = ({ stdout, stderr }: Finished): RunRecord => {
  if (!stdout.startsWith('{')) throw new Error(`no record: ${stderr}`);
  return JSON.parse(stdout) as RunRecord;
};

const handshakesAtServer = async (): Promise<number> => (await target.counts()).handshakes;

/** Waits until the server itself has counted so many more handshakes. */
const reached = async (more: number, since: number): Promise<void> => {
  while ((await handshakesAtServer()) < since + more) await sleep(10);
};

/** The server sees nothing more of anybody, for as long as agents may take to stop. */
const isQuiet = async (): Promise<boolean> => {
  const before = await handshakesAtServer();
  await sleep(1000);
  return (await handshakesAtServer()) === before;
};

const faultsOf = ({ agents = [] }: RunRecord, ...kinds: readonly AgentFaultKind[]): readonly string[] =>
  agents.flatMap(({ name, faults }) => (faults.some(({ kind }) => kinds.includes(kind)) ? [name] : []));

/** What a machine with too much to do may bring about: it is no fault of what is tested here. */
const BUSY: readonly AgentFaultKind[] = ['late', 'overloaded'];

/** The run is complete, or partial for nothing but that. */
const isSound = ({ code, ...ended }: Finished): boolean => {
  const { status, agents = [] } = recordOf({ code, ...ended });
  const isBusy =
    agents.some(({ faults }) => faults.length > 0) &&
    agents.every(({ faults }) => faults.every(({ kind }) => BUSY.includes(kind)));
  return (code === 0 && status === 'complete') || (code === 5 && status === 'partial' && isBusy);
};

/** Handshakes of all machines in a block come to those of the block, and its split to no more than was due. */
const isWhole = ({ blocks }: RunRecord): boolean =>
  blocks.every(({ handshakes, hosts }) => handshakes === hosts.reduce((sum, host) => sum + (host.handshakes ?? 0), 0));

describe.skipIf(redisServer === undefined)('agents and faults of processes', { timeout: MOST_TEST_MS }, () => {
  let redis: RedisServer;
  let agents: AgentProcess[];
  beforeEach(async () => {
    redis = await RedisServer.start({ keeps: true });
    agents = [await AgentProcess.start('a1', redis.url), await AgentProcess.start('a2', redis.url)];
  });
  afterEach(async () => {
    await Promise.all(agents.map((agent) => agent.close()));
    await redis.close();
  });
  const agent = (index: number): AgentProcess => {
    const found = agents[index];
    if (found === undefined) throw new RangeError(String(index));
    return found;
  };

  it('none: the run is complete, and every handshake is accounted for', async () => {
    const before = await handshakesAtServer();
    const { finished } = running(redis, '--rounds', '3', '-d', '3s');
    const ended = await finished;
    const record = recordOf(ended);
    expect(isSound(ended)).toBe(true);
    expect(record.blocks.map(({ handshakes }) => handshakes)).toEqual([100, 100, 100]);
    const measured = record.blocks.reduce(
      (sum, { handshakes, primed }) => sum + handshakes + primed.finished.full + primed.finished.resumed,
      0,
    );
    // And those of the preparation: one that is negotiated, and those that show how connections are to end.
    const prepared = (await handshakesAtServer()) - before - measured;
    expect(prepared).toBeGreaterThan(0);
    expect(prepared).toBeLessThan(40);
    expect([...(await redis.keys('resumark:*')).values()].filter((seconds) => seconds < 0)).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    '%s of an agent in the window: it is named, what the others did is kept, and the run goes on',
    async (signal) => {
      const since = await handshakesAtServer();
      // A window of 4 s, of which a part is over by then and most is still to come.
      const { finished } = running(redis, '--rounds', '3', '-d', '12s');
      await reached(130, since);
      agent(1).signal(signal);
      const faultMs = performance.now();
      const ended = await finished;
      expect(performance.now() - faultMs).toBeLessThan(12_000 + MOST_BEYOND_MS);
      const record = recordOf(ended);
      expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
      expect(faultsOf(record, 'lost')).toEqual(['a2']);
      expect(record.blocks.map(({ valid, invalidReason }) => (valid ? 'whole' : invalidReason))).toEqual([
        'an agent was lost',
        'whole',
        'whole',
      ]);
      expect(isWhole(record)).toBe(true);
      expect(ended.stderr.replaceAll(/\s+/gu, ' ')).toContain('of 3 planned blocks 2 are whole');
      agent(1).signal('SIGCONT');
      expect(await isQuiet()).toBe(true);
    },
  );

  it('kill -9 between the claim and the start', async () => {
    const { finished } = running(redis, '--rounds', '2', '-d', '2s');
    await agent(1).says('works for run');
    agent(1).signal('SIGKILL');
    const ended = await finished;
    const record = recordOf(ended);
    expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
    expect(faultsOf(record, 'lost')).toEqual(['a2']);
    expect(record.blocks.map(({ handshakes, valid }) => valid && handshakes)).toEqual([100, 100]);
  });

  it('kill -9 of an agent that is ready and waits for the start, as sessions grow old: its window goes without it', async () => {
    const since = await handshakesAtServer();
    const { finished } = running(redis, '--rounds', '3', '-d', '3s', '--clients', '60', '--offer-after', '4s');
    await reached(60, since);
    await sleep(1000);
    agent(1).signal('SIGKILL');
    const ended = await finished;
    const record = recordOf(ended);
    expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
    expect(faultsOf(record, 'lost')).toEqual(['a2']);
    expect(record.blocks.map(({ handshakes, valid }) => [handshakes, valid])).toEqual([
      [50, false],
      [100, true],
      [100, true],
    ]);
  });

  it('an agent that has a core for a quarter of the time: it is named as overloaded', async () => {
    const load = ['--rounds', '1', '-d', '6s', '-c', '4', '--coordinator', redis.url, '--agents', '2', '--format', 'json'];
    const since = await handshakesAtServer();
    const args = ['-k', '--tls', '1.3', '-m', 'full', '--warmup', '0', '-o', resumark.results];
    const { finished } = resumark.start(['run', `127.0.0.1:${String(target.port)}`, ...args, ...load]);
    await reached(100, since);
    const slow = { isWanted: true };
    const slowing = (async () => {
      while (slow.isWanted) {
        agent(1).signal('SIGSTOP');
        await sleep(60);
        agent(1).signal('SIGCONT');
        await sleep(20);
      }
    })();
    const ended = await finished;
    slow.isWanted = false;
    await slowing;
    const record = recordOf(ended);
    expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
    expect(faultsOf(record, 'overloaded')).toEqual(['a2']);
    expect(ended.stderr.replaceAll(/\s+/gu, ' ')).toMatch(
      /a2 (?:made \d+ handshakes per worker, where others made \d+|stood still)/u,
    );
    expect(isWhole(record)).toBe(true);
  });

  it('kill -9 at the end of the window, when results are sent: the total is right whether its own arrived or not', async () => {
    const since = await handshakesAtServer();
    const { finished } = running(redis, '--rounds', '2', '-d', '4s', '--clients', '8');
    // The preparation makes a few more, so the window is all but over, and mostly just over.
    await reached(8 + 200, since);
    agent(1).signal('SIGKILL');
    const ended = await finished;
    const record = recordOf(ended);
    expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
    expect(faultsOf(record, 'lost')).toEqual(['a2']);
    expect(isWhole(record)).toBe(true);
    for (const { valid, handshakes, hosts } of record.blocks) {
      if (valid) expect(handshakes).toBe(200);
      else expect(hosts.map((host) => [host.agent, host.handshakes])).toEqual([['a1', 100]]);
    }
  });

  it('an agent of another version: it is left out, and named', async () => {
    const other = await OtherVersion.create('0.0.1');
    try {
      await agents.pop()?.close('SIGTERM');
      agents.push(await AgentProcess.start('a2', redis.url, { bin: other.bin }));
      const ended = await running(redis, '--rounds', '1', '-d', '1s', '--ready-timeout', '6s').finished;
      const record = recordOf(ended);
      expect({ code: ended.code, status: record.status }).toEqual({ code: 5, status: 'partial' });
      expect(faultsOf(record, 'mismatched')).toEqual(['a2']);
      expect(ended.stderr).toMatch(/a2 runs resumark 0\.0\.1, and this is /u);
      expect(record.blocks.map(({ handshakes, hosts }) => [handshakes, hosts.map((host) => host.agent)])).toEqual([
        [100, ['a1']],
      ]);
    } finally {
      await other.close();
    }
  });

  it('the coordinator killed: agents stop within 5 s, and work for the next one', async () => {
    const since = await handshakesAtServer();
    const { child, finished } = running(redis, '--rounds', '2', '-d', '60s');
    await reached(100, since);
    child.kill('SIGKILL');
    await finished;
    await sleep(5000);
    expect(await isQuiet()).toBe(true);
    const next = await running(redis, '--rounds', '1', '-d', '1s').finished;
    expect(isSound(next)).toBe(true);
    expect(recordOf(next).blocks.map(({ handshakes }) => handshakes)).toEqual([100]);
    expect([...(await redis.keys('resumark:*'))].filter(([, seconds]) => seconds < 0)).toEqual([]);
  });

  it('Redis killed for good: agents stop within 5 s, and the run ends partial', async () => {
    const since = await handshakesAtServer();
    const { finished } = running(redis, '--rounds', '2', '-d', '30s');
    await reached(100, since);
    await redis.kill();
    await sleep(5000);
    expect(await isQuiet()).toBe(true);
    const ended = await finished;
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('has not answered for 5 s');
  });

  it('Redis killed and started again on what it had kept: nothing is lost', async () => {
    const since = await handshakesAtServer();
    const { finished } = running(redis, '--rounds', '2', '-d', '4s');
    await reached(100, since);
    await redis.kill();
    await redis.startAgain();
    const ended = await finished;
    const record = recordOf(ended);
    expect(isSound(ended)).toBe(true);
    expect(record.blocks.map(({ handshakes, valid }) => valid && handshakes)).toEqual([200, 200]);
  });

  it('two coordinators at once: the second one waits for the agents, and neither loads with the agents of the other', async () => {
    const first = running(redis, '--rounds', '2', '-d', '12s');
    await agent(0).says('works for run');
    const refused = await running(redis, '--rounds', '1', '-d', '1s', '--ready-timeout', '1s').finished;
    expect(refused.code).toBe(2);
    expect(refused.stderr.replaceAll(/\s+/gu, ' ')).toContain('0 of 2 agents were ready');
    expect(refused.stderr.replaceAll(/\s+/gu, ' ')).toContain('a1 works for another run.');
    const given = running(redis, '--rounds', '1', '-d', '1s', '--ready-timeout', '60s');
    await once(given.child.stderr ?? given.child, 'data');
    given.child.kill('SIGTERM');
    expect(await given.finished).toMatchObject({ code: 143, stdout: '' });
    expect((await given.finished).stderr).toContain('error: interrupted before measuring began.');
    const second = running(redis, '--rounds', '1', '-d', '1s');
    const [one, two] = [await first.finished, await second.finished];
    expect([isSound(one), isSound(two)]).toEqual([true, true]);
    expect([one, two].map((ended) => recordOf(ended).blocks.map(({ handshakes }) => handshakes))).toEqual([[600, 600], [100]]);
  });
});

describe.skipIf(redisServer === undefined)('a Redis that keeps nothing', { timeout: MOST_TEST_MS }, () => {
  it('killed and started again: the agents stop, and the run ends partial', async () => {
    const redis = await RedisServer.start();
    const agents = [await AgentProcess.start('a1', redis.url), await AgentProcess.start('a2', redis.url)];
    try {
      const since = await handshakesAtServer();
      const { finished } = running(redis, '--rounds', '2', '-d', '30s');
      await reached(100, since);
      await redis.kill();
      await redis.startAgain();
      const ended = await finished;
      expect(ended.code).toBe(5);
      expect(ended.stderr).toContain('Redis has lost what it knew of this run');
      await sleep(1000);
      expect(await isQuiet()).toBe(true);
    } finally {
      await Promise.all(agents.map((one) => one.close()));
      await redis.close();
    }
  });
});
