import { expect, it } from 'vitest';
import { parseCount, parseDurationMs } from '../../src/scenario/quantity.ts';

it.each<[unknown, number | undefined]>([
  ['200', 200],
  [200, 200],
  ['10k', 10_000],
  ['1.1k', 1100],
  ['1.5M', 1_500_000],
  ['0', 0],
  ['1.5', undefined],
  [1.5, undefined],
  ['-1', undefined],
  [-1, undefined],
  ['abc', undefined],
  ['', undefined],
  ['0x10', undefined],
  ['1e3', undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [true, undefined],
  [['1', '2'], undefined],
])('reads the count %j as %j', (text, count) => {
  expect(parseCount(text)).toBe(count);
});

it.each<[unknown, number | undefined]>([
  ['30s', 30_000],
  ['250ms', 250],
  ['1m30s', 90_000],
  ['1.5s', 1500],
  ['500us', 0.5],
  ['2h', 7_200_000],
  ['0', 0],
  ['30', undefined],
  [30, undefined],
  ['s', undefined],
  ['-5s', undefined],
  ['5 s', undefined],
  ['5sx', undefined],
])('reads the duration %j as %j ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});
