import { expect, it } from 'vitest';
import type { Attempt, Client, Engine, Outcome, Work } from '../../src/engine/engine.ts';
import { attemptOf, perform } from '../../src/engine/perform.ts';
import { testSettings } from './settings.ts';

const client: Client = { settings: testSettings({}), close: () => undefined };

/** An engine that settles the newest attempt first, always with the same outcome object, and notes how many are in flight. */
const backwardEngine = (seen: { most: number }): Engine => {
  const outcome = { failure: undefined, bytesIn: 0, negotiated: () => ({ cipher: 'x' }) };
  const run = <Own extends Attempt>(work: Work<Own>): Promise<void> => {
    const inFlight: Own[] = [];
    for (;;) {
      for (let next = work.next(0); next !== undefined; next = work.next(0)) inFlight.push(next);
      seen.most = Math.max(seen.most, inFlight.length);
      const last = inFlight.pop();
      if (last === undefined) return Promise.resolve();
      outcome.bytesIn = last.client.settings.port;
      work.settled(last, outcome as unknown as Outcome);
    }
  };
  return { name: 'node', run } as Partial<Engine> as Engine;
};

it('returns detached results in the order of the attempts, whatever the order in which they end', async () => {
  const seen = { most: 0 };
  const attempts = [1, 2, 3, 4, 5].map((port) => attemptOf({ ...client, settings: testSettings({ port }) }));
  const results = await perform(backwardEngine(seen), attempts, 3);
  expect(results.map(({ bytesIn }) => bytesIn)).toEqual([1, 2, 3, 4, 5]);
  expect(seen.most).toBe(3);
});

it('asks what was negotiated of tapped attempts alone', async () => {
  const attempts = [attemptOf(client), attemptOf(client, { tap: false })];
  const results = await perform(backwardEngine({ most: 0 }), attempts);
  expect(results.map(({ negotiated }) => negotiated)).toEqual([{ cipher: 'x' }, undefined]);
});
