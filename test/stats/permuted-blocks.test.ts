import { expect, it } from 'vitest';
import { PermutedBlocks } from '../../src/stats/permuted-blocks.ts';
import { seededRandom } from '../../src/stats/random.ts';

const draws = (blocks: PermutedBlocks, count: number): number[] => Array.from({ length: count }, () => blocks.next());

it('gives the shares exactly, block by block', () => {
  const blocks = new PermutedBlocks([20_000, 80_000], seededRandom(1));
  for (let round = 0; round < 50; round++) expect(draws(blocks, 5).filter((kind) => kind === 0)).toHaveLength(1);
});

it('deals two kinds of equal weight as pairs, in coin-flip order', () => {
  const blocks = new PermutedBlocks([1, 1], seededRandom(2));
  const pairs = Array.from({ length: 400 }, () => draws(blocks, 2).join(''));
  expect(new Set(pairs)).toEqual(new Set(['01', '10']));
  expect(pairs.filter((pair) => pair === '01').length).toBeGreaterThan(150);
  expect(pairs.filter((pair) => pair === '01').length).toBeLessThan(250);
});

it('repeats itself with its seed, and refuses weights that no run could keep', () => {
  expect(draws(new PermutedBlocks([1, 2, 3], seededRandom(3)), 30)).toEqual(
    draws(new PermutedBlocks([1, 2, 3], seededRandom(3)), 30),
  );
  expect(() => new PermutedBlocks([1, 99_999], seededRandom(1))).toThrow(/too fine/u);
});
