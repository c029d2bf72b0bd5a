import { expect, it } from 'vitest';
import { nearest } from '../../src/domain/suggest.ts';

const KEYS = ['name', 'states', 'load', 'plan', 'tls', 'gates'];

it.each([
  ['laod', 'load'],
  ['lod', 'load'],
  ['LOAD', 'load'],
  ['statse', 'states'],
  ['gate', 'gates'],
  ['paln', 'plan'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});

it.each(['daol', 'plants', 'x', ''])('takes "%s" for nothing that is near', (word) => {
  expect(nearest(word, KEYS)).toBeUndefined();
});

it('has nothing to say without choices', () => {
  expect(nearest('load', [])).toBeUndefined();
});
