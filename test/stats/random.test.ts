import { expect, it } from 'vitest';
import { seededRandom, shuffled } from '../../src/stats/random.ts';

it('gives the same numbers for the same seed, and others for another', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 100 }, () => random());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  for (const value of draw(3)) expect(value >= 0 && value < 1).toBe(true);
});

it('shuffles into every order about equally often, and leaves its input as it was', () => {
  const random = seededRandom(11);
  const input = ['a', 'b', 'c'] as const;
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(input, random).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect(seen.size).toBe(6);
  // 1000 each; five standard deviations are 145.
  for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(145);
  expect(input).toEqual(['a', 'b', 'c']);
});
