import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokerAddress, type BrokerAddress } from '../../src/distributed/broker/address.ts';
import { TaskFlows } from '../../src/distributed/broker/task-flows.ts';
import { TaskQueue } from '../../src/distributed/broker/task-queue.ts';
import { RedisServer, redisServer } from './redis-server.ts';

describe.skipIf(redisServer === undefined)('a task of several agents', () => {
  let redis: RedisServer;
  let address: BrokerAddress;
  beforeAll(async () => {
    redis = await RedisServer.start();
    address = await brokerAddress(redis.url, { environment: {} });
  });
  afterAll(() => redis.close());

  it('has the answers of all when all have ended, and the failures of some before', async () => {
    const flows = new TaskFlows(address, 'test');
    let finish = (): void => undefined;
    const isFinished = new Promise<void>((resolve) => (finish = resolve));
    const steady = new TaskQueue(address, 'steady', async (task) => {
      await isFinished;
      return { did: task };
    });
    const failing = new TaskQueue(address, 'failing', () => Promise.reject(new Error('has no worker')));
    try {
      await Promise.all([steady.ready(), failing.ready()]);
      expect(await flows.failures()).toEqual(new Map());
      const answers = flows.run(
        new Map([
          ['steady', 1],
          ['failing', 2],
        ]),
      );
      while ((await flows.failures()).size === 0) await sleep(20);
      expect(await flows.failures()).toEqual(new Map([['failing', 'has no worker']]));
      finish();
      expect(await answers).toEqual(
        new Map<string, unknown>([
          ['steady', { ok: true, value: { did: 1 } }],
          ['failing', { ok: false, reason: 'has no worker' }],
        ]),
      );
      expect(await flows.failures()).toEqual(new Map());
    } finally {
      await Promise.all([steady.close(), failing.close()]);
      await flows.close();
    }
    expect([...(await redis.keys('resumark:*')).keys()]).toEqual([]);
  });
});
