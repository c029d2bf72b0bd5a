import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../src/analysis/probe/groups.ts';
import type { MappedAddress } from '../../../src/analysis/probe/supposed-groups.ts';
import { seededRandom, shuffled } from '../../../src/stats/random.ts';
import { sameKey, sorted, trueGroups, tryFleet, type Truth } from './fleets.ts';

const named = (names: readonly (readonly string[])[]): MappedAddress[] =>
  names.map((keyNames, address) => ({ address, keyNames }));

const times = <Item>(count: number, item: (index: number) => Item): Item[] => Array.from({ length: count }, (_, i) => item(i));

const found = (addresses: readonly MappedAddress[], truth: Truth): number[][] =>
  sorted(groupsOf(addresses, tryFleet(addresses, truth).results).map((group) => group.addresses));

describe('groups of addresses', () => {
  it('has an address alone in a group of its own, with its names', () => {
    expect(groupsOf(named([['a', 'b']]), [])).toEqual([{ addresses: [0], keyNames: ['a', 'b'] }]);
    expect(groupsOf([], [])).toEqual([]);
  });

  it('joins addresses with different names that resume each other', () => {
    expect(groupsOf(named([['a'], ['b']]), tryFleet(named([['a'], ['b']]), (_, __, tries) => tries).results)).toEqual([
      { addresses: [0, 1], keyNames: ['a', 'b'] },
    ]);
  });

  it('lists the largest group first', () => {
    const keys = ['a', 'b', 'b', 'c', 'b', 'c'];
    const addresses = named(keys.map((key) => [key]));
    const groups = groupsOf(addresses, tryFleet(addresses, sameKey(keys)).results);
    expect(groups.map((group) => group.addresses)).toEqual([[1, 2, 4], [3, 5], [0]]);
  });

  it.each([4, 30])('leaves out one of %i whose sessions resume at the others while it declines theirs', (size) => {
    const oneWay: Truth = (from, to, tries) => (to === 2 && from !== 2 ? 0 : tries);
    const others = times(size, (i) => i).filter((i) => i !== 2);
    for (const names of [times(size, () => ['a']), times(size, () => [])]) {
      expect(found(named(names), oneWay)).toEqual(sorted([others, [2]]));
    }
  });

  it.each([4, 30])('leaves out one of %i that resumes the sessions of all while nobody resumes its own', (size) => {
    const oneWay: Truth = (from, to, tries) => (from === 2 && to !== 2 ? 0 : tries);
    const others = times(size, (i) => i).filter((i) => i !== 2);
    for (const names of [times(size, () => ['a']), times(size, () => [])]) {
      expect(found(named(names), oneWay)).toEqual(sorted([others, [2]]));
    }
  });

  it('separates two such members that stand at different places of a large ring', () => {
    const oneWay: Truth = (from, to, tries) => ((to === 3 || to === 15) && from !== to ? 0 : tries);
    const others = times(24, (i) => i).filter((i) => i !== 3 && i !== 15);
    expect(found(named(times(24, () => ['a'])), oneWay)).toEqual(sorted([others, [3], [15]]));
  });

  it('does not join nodes of a rolling rotation where one direction was declined', () => {
    // The third issues under the new key already, which the first does not know yet.
    const [issued, known] = [
      ['k1', 'k1', 'k2'],
      [['k1'], ['k1', 'k2'], ['k1', 'k2']],
    ];
    const truth: Truth = (from, to, tries) => (known[to]?.includes(issued[from] ?? '') === true ? tries : 0);
    expect(found(named(issued.map((key) => [key])), truth)).toEqual([[0, 1], [2]]);
  });

  it('keeps a large group together although one ticket in 50 is bad', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const truth: Truth = (_, __, tries) => times(tries, () => random()).filter((roll) => roll >= 0.02).length;
      expect(found(named(times(100, () => ['a'])), truth)).toHaveLength(1);
      expect(found(named(times(100, () => [])), truth)).toHaveLength(1);
      expect(found(named(times(8, () => [])), truth)).toHaveLength(1);
    }
  });

  it('does not part addresses that could not be tried', () => {
    const tried = [
      { from: 0, to: 1, tries: 5, honoured: 5, failed: {} },
      { from: 1, to: 0, tries: 0, honoured: 0, failed: { refused: 5 } },
    ];
    expect(groupsOf(named([['a'], ['a']]), tried)).toHaveLength(1);
    expect(groupsOf(named([[], []]), tried)).toHaveLength(2);
  });
});

describe('a plan that is answered truthfully', () => {
  /** Keys at random; a name is that of its key, is shared by several keys (another certificate), or is missing. */
  const randomFleet = (seed: number) => {
    const random = seededRandom(seed);
    const size = 2 + Math.floor(random() * 60);
    const kinds = 1 + Math.floor(random() * 4);
    const naming = Math.floor(random() * 4);
    const keys = shuffled(
      times(size, () => Math.floor(random() * kinds)),
      random,
    );
    const namesOf = (key: number): string[] => {
      if (naming === 0) return [];
      if (naming === 1) return [`name${String(key)}`];
      if (naming === 2) return [`name${String(key >> 1)}`];
      return key % 2 === 0 ? [`name${String(key)}`] : [];
    };
    return { keys, addresses: named(keys.map(namesOf)) };
  };

  it.each(times(300, (i) => i + 1))('gives back exactly the true groups (seed %i)', (seed) => {
    const { keys, addresses } = randomFleet(seed);
    expect(found(addresses, sameKey(keys))).toEqual(trueGroups(keys));
  });
});
