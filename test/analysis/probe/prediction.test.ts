import { describe, expect, it } from 'vitest';
import { excludes } from '../../../src/analysis/probe/excludes.ts';
import { shareBounds } from '../../../src/stats/proportion.ts';
import type { TriedPair } from '../../../src/analysis/probe/pair-evidence.ts';
import { isMissed, predictedShare, type AnsweringAddress } from '../../../src/analysis/probe/prediction.ts';
import { seededRandom } from '../../../src/stats/random.ts';
import { sameKey, trueGroups, tryFleet, type Truth } from './fleets.ts';

const times = <Item>(count: number, item: (index: number) => Item): Item[] => Array.from({ length: count }, (_, i) => item(i));

const asGroups = (groups: readonly (readonly number[])[]) =>
  groups.map((addresses) => ({ addresses: [...addresses], keyNames: [] }));

const healthy = (address: number): AnsweringAddress => ({ address, givesSessions: true, own: { tries: 10, honoured: 10 } });

/** Predicts for addresses whose keys are these, every pair that the plan asks for tried truthfully. */
const predict = (keys: readonly string[], addresses = keys.map((_, i) => healthy(i)), truth: Truth = sameKey(keys)) => {
  const named = keys.map((key, address) => ({ address, keyNames: [key] }));
  const predicted = predictedShare(addresses, asGroups(trueGroups(keys)), tryFleet(named, truth).results);
  if (predicted === null) throw new Error('nothing was predicted');
  return predicted;
};

describe('the predicted share', () => {
  it.each([
    ['aaaa', 1],
    ['ab', 1 / 2],
    ['aab', 5 / 9],
    ['abcde', 1 / 5],
    ['aaabb', 13 / 25],
  ])('of the keys %s is %f', (keys, share) => {
    const predicted = predict(Array.from(keys));
    expect(predicted.share).toBeCloseTo(share, 10);
    expect(predicted.low).toBeLessThan(share);
    expect(predicted.high).toBeGreaterThanOrEqual(share);
  });

  it('is narrow for a large fleet of one group', () => {
    const { low, high } = predict(times(100, () => 'a'));
    expect(low).toBeGreaterThan(0.99);
    expect(high).toBe(1);
  });

  it('counts what resumes in one direction', () => {
    const oneWay: Truth = (from, _, tries) => (from === 0 ? tries : 0);
    expect(predict(['a', 'b'], undefined, oneWay).share).toBeCloseTo(3 / 4, 10);
  });

  it('counts a share within a group', () => {
    const half = { tries: 10, honoured: 5 };
    const { share } = predict(
      ['a', 'a'],
      [0, 1].map((i) => ({ ...healthy(i), own: half })),
      (_, __, tries) => tries / 2,
    );
    expect(share).toBeCloseTo(1 / 2, 10);
  });

  it('offers to addresses without sessions but takes none from them', () => {
    const silent: AnsweringAddress = { address: 1, givesSessions: false, own: { tries: 0, honoured: 0 } };
    expect(predictedShare([healthy(0), silent], asGroups([[0]]), [])?.share).toBeCloseTo(1 / 2, 10);
    expect(predictedShare([silent], [], [])).toBeNull();
    expect(predictedShare([], [], [])).toBeNull();
  });

  it('takes sessions that are never honoured for lost', () => {
    const never: AnsweringAddress = { address: 1, givesSessions: true, own: { tries: 10, honoured: 0 } };
    const predicted = predictedShare([healthy(0), never], asGroups([[0]]), []);
    expect(predicted?.share).toBeCloseTo(1 / 4, 10);
    expect(predicted?.high).toBeGreaterThan(1 / 4);
  });

  it('counts what addresses without a group resume at themselves', () => {
    const alone = [1, 2].map((i) => healthy(i));
    const predicted = predictedShare([healthy(0), ...alone], asGroups([[0]]), []);
    expect(predicted?.share).toBeCloseTo(1 / 3, 10);
  });

  it('supposes that an address resumes its own sessions where only the map was asked for', () => {
    const untried = [0, 1].map((i) => ({ ...healthy(i), own: { tries: 0, honoured: 0 } }));
    expect(predict(['a', 'b'], untried)).toMatchObject({ share: 0.5, low: 0 });
  });

  it('is of what a balancer in turns honours where sessions come back in shuffled order', () => {
    const keys = Array.from('aabca');
    const { low, high } = predict(keys);
    const random = seededRandom(7);
    // The session of turn i comes back at a turn that has nothing to do with i.
    const offered = times(20_000, (turn) => [keys[turn % 5], keys[Math.floor(random() * 20_000) % 5]] as const);
    const share = offered.filter(([from, to]) => from === to).length / offered.length;
    expect(share).toBeGreaterThan(low);
    expect(share).toBeLessThan(high);
  });

  it('has bounds that hold the true share in at least 95% of probes', () => {
    const random = seededRandom(3);
    const rate = 0.7;
    const roll = (tries: number): number => times(tries, () => random()).filter((value) => value < rate).length;
    const held = times(500, () => {
      const pairs: TriedPair[] = [
        { from: 0, to: 1, tries: 10, honoured: roll(10), failed: {} },
        { from: 1, to: 0, tries: 10, honoured: roll(10), failed: {} },
        { from: 0, to: 2, tries: 10, honoured: 0, failed: {} },
        { from: 2, to: 0, tries: 10, honoured: 0, failed: {} },
      ];
      const addresses = [0, 1, 2].map((i) => ({ ...healthy(i), own: { tries: 10, honoured: roll(10) } }));
      const predicted = predictedShare(addresses, asGroups([[0, 1], [2]]), pairs);
      const truth = (rate * 5) / 9;
      return predicted !== null && predicted.low <= truth && truth <= predicted.high;
    });
    expect(held.filter(Boolean).length).toBeGreaterThanOrEqual(0.95 * held.length);
  });
});

describe('a prediction is missed', () => {
  const predicted = { share: 0.5, low: 0.4, high: 0.6 };

  it.each([
    [{ low: 0.55, high: 0.8 }, false],
    [{ low: 0.45, high: 0.5 }, false],
    [{ low: 0.61, high: 0.9 }, true],
    [{ low: 0.1, high: 0.39 }, true],
    [{ low: null, high: null }, false],
  ])('by a measured interval that does not meet its own: %j, %s', (measured, missed) => {
    expect(isMissed(predicted, measured)).toBe(missed);
  });
});

describe('what tries of which none was honoured exclude', () => {
  it.each([
    [0, 1],
    [1, 0.975],
    [10, 0.3085],
    [213, 0.0172],
  ])('%i tries leave a share of %f, the bound that is shown beside them', (tries, share) => {
    expect(excludes(tries)).toBeCloseTo(share, 4);
    expect(shareBounds(0, tries, 0.025).upper).toBeCloseTo(share, 4);
  });
});
