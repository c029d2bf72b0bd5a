import { describe, expect, it } from 'vitest';
import { followUp } from '../../../src/analysis/probe/follow-up.ts';
import { planPairs, type PairPlan } from '../../../src/analysis/probe/pair-plan.ts';
import type { MappedAddress } from '../../../src/analysis/probe/supposed-groups.ts';
import { attemptsOf, sameKey, tryFleet } from './fleets.ts';

const fleet = (names: readonly (readonly string[])[]): MappedAddress[] =>
  names.map((keyNames, address) => ({ address, keyNames }));

const times = <Item>(count: number, item: (index: number) => Item): Item[] => Array.from({ length: count }, (_, i) => item(i));

const shown = ({ pairs }: PairPlan): string[] => pairs.map(({ from, to, tries }) => `${offer([from, to])} x${String(tries)}`);

const offer = (pair: readonly [from: number, to: number]): string => pair.join('>');

describe('the plan of pairs', () => {
  it('has nothing to try with one address', () => {
    expect(planPairs(fleet([['a']]), 10).pairs).toEqual([]);
    expect(planPairs([], 10).pairs).toEqual([]);
  });

  it('tries both directions of two addresses as often as an address itself', () => {
    expect(shown(planPairs(fleet([['a'], ['b']]), 10))).toEqual(['0>1 x10', '1>0 x10']);
  });

  it.each([2, 3, 7, 15, 16])('tries every ordered pair of %i addresses, named or not', (size) => {
    for (const names of [times(size, () => ['a']), times(size, () => []), times(size, (i) => [`k${String(i)}`])]) {
      const plan = planPairs(fleet(names), 10);
      expect(plan.method).toBe('pairs');
      expect(new Set(plan.pairs.map(({ from, to }) => offer([from, to]))).size).toBe(size * (size - 1));
      expect(plan.pairs.every(({ from, to, tries }) => from !== to && tries >= 2)).toBe(true);
    }
  });

  it('offers each member of a large group to the next one', () => {
    const { method, pairs } = planPairs(fleet(times(20, () => ['a'])), 10);
    expect(method).toBe('names');
    expect(pairs.map(({ from, to }) => [from, to])).toEqual(times(20, (i) => [i, (i + 1) % 20]));
  });

  it('tries both directions where a large group has no names', () => {
    const { method, pairs } = planPairs(fleet(times(20, () => [])), 10);
    expect(method).toBe('pairs');
    expect(pairs).toHaveLength(40);
  });

  it('tries each boundary between a few groups in both directions', () => {
    const { pairs } = planPairs(fleet(times(21, (i) => [`k${String(i % 3)}`])), 10);
    const across = pairs.filter(({ from, to }) => from % 3 !== to % 3).map(({ from, to }) => offer([from, to]));
    expect(across.toSorted()).toEqual(['0>1', '0>2', '1>0', '1>2', '2>0', '2>1']);
  });

  it('supposes addresses to be one group that share a name by way of a third', () => {
    const { supposed } = planPairs(fleet([['a', 'b'], ['c'], ['b', 'c'], ['d'], []]), 10);
    expect(supposed).toEqual([
      { addresses: [0, 1, 2], isNamed: true },
      { addresses: [3], isNamed: true },
      { addresses: [4], isNamed: false },
    ]);
  });

  it.each([
    ['one group', () => ['a']],
    ['keys of their own', (i: number) => [`k${String(i)}`]],
    ['pairs of addresses', (i: number) => [`k${String(i >> 1)}`]],
    ['no names', () => []],
    ['half without names', (i: number) => (i % 2 === 0 ? ['a'] : [])],
  ])('maps 256 addresses with k = 10 within k attempts for each, follow-ups included: %s', (_, names) => {
    const addresses = fleet(times(256, names));
    const keys = addresses.map(({ keyNames }) => keyNames[0] ?? 'nameless');
    const tried = tryFleet(addresses, sameKey(keys));
    expect(attemptsOf(tried)).toBeLessThanOrEqual(256 * 10);
    expect(tried.plan.pairs.every(({ tries }) => tries >= 1)).toBe(true);
  });
});

describe('the follow-up', () => {
  const named = fleet(times(20, () => ['a']));

  it('asks for nothing where everything was honoured', () => {
    expect(tryFleet(named, (_, __, tries) => tries).rounds).toBe(0);
  });

  it('asks for nothing where names differ and nothing was honoured across', () => {
    const keys = times(20, (i) => (i < 15 ? 'a' : 'b'));
    expect(tryFleet(fleet(keys.map((key) => [key])), sameKey(keys)).rounds).toBe(0);
  });

  it('tries a member that was declined on both sides with another one, in both directions', () => {
    const plan = planPairs(named, 10);
    const results = plan.pairs.map((pair) => ({
      ...pair,
      honoured: pair.from === 7 || pair.to === 7 ? 0 : pair.tries,
      failed: {},
    }));
    const pairs = followUp(plan, results).map(({ from, to }) => [from, to]);
    expect(pairs).toHaveLength(2);
    expect(pairs.every((pair) => pair.includes(7))).toBe(true);
  });

  it('tries a single decline again before it is believed', () => {
    const plan = planPairs(named, 10);
    const results = plan.pairs.map((pair) => ({ ...pair, honoured: pair.from === 3 ? 0 : pair.tries, failed: {} }));
    expect(followUp(plan, results)).toEqual([{ from: 3, to: 4, tries: 5 }]);
  });

  it('does not ask again for a pair whose attempts all failed', () => {
    const plan = planPairs(fleet([['a'], ['a']]), 10);
    const results = plan.pairs.map((pair) => ({ ...pair, tries: 0, honoured: 0, failed: { refused: pair.tries } }));
    expect(followUp(plan, results)).toEqual([]);
  });
});
