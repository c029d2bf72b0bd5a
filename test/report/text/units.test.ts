import { expect, it } from 'vitest';
import {
  counted,
  formatBytes,
  formatChange,
  formatDuration,
  formatExactChange,
  formatPercent,
  formatPoints,
  formatRate,
  formatShare,
  formatValue,
} from '../../../src/report/text/units.ts';
import { oneLine } from '../../../src/report/safe-text.ts';
import { seededRandom } from '../../../src/stats/random.ts';

it.each([
  [0, '0 ns'],
  [1, '1 ns'],
  [999.4, '999 ns'],
  [999.5, '1.00 µs'],
  [9_994, '9.99 µs'],
  [9_995, '10.0 µs'],
  [12_345, '12.3 µs'],
  [99_949, '99.9 µs'],
  [99_950, '100 µs'],
  [412_345, '412 µs'],
  [999_499, '999 µs'],
  [999_500, '1.00 ms'],
  [1_234_567, '1.23 ms'],
  [99_960_000, '100 ms'],
  [4_560_000_000, '4.56 s'],
  [3_600_000_000_000, '3,600 s'],
  [undefined, '-'],
  [Number.NaN, '-'],
])('formats %d ns as %s', (ns, text) => {
  expect(formatDuration(ns)).toBe(text);
});

it('keeps durations within half of their third digit', () => {
  const unit = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 };
  const random = seededRandom(1);
  for (let i = 0; i < 2000; i++) {
    const ns = Math.round(10 ** (2 + random() * 9));
    const [number = '', name = 'ns'] = formatDuration(ns).split(' ');
    expect(Math.abs((Number(number.replaceAll(',', '')) * unit[name as keyof typeof unit]) / ns - 1)).toBeLessThanOrEqual(0.0051);
  }
});

it.each([
  [1, '100%'],
  [0.9997, '99.97%'],
  [0.9999999, '99.99999%'],
  [1 - Number.EPSILON, '99.99999999999997%'],
  [0.997, '99.7%'],
  [0.5, '50%'],
  [0.0333, '3.3%'],
  [0.01 / 3, '0.33%'],
  [0.000001, '0.0001%'],
  [0, '0%'],
  [1.25, '125%'],
  [undefined, '-'],
])('formats a share of %d as %s: only all is 100%%, and only none is 0%%', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

it.each([
  [-0.63, '-63%'],
  [0.07, '+7%'],
  [0.0534, '+5.3%'],
  [0.0994, '+9.9%'],
  [0.0996, '+10%'],
  [0.0004, '0%'],
  [-0.0004, '0%'],
  [0, '0%'],
  [12.5, '+1,250%'],
  [Number.POSITIVE_INFINITY, '-'],
])('formats a change of %d as %s', (change, text) => {
  expect(formatChange(change)).toBe(text);
  expect(formatPercent(Math.abs(change))).toBe(text.replace(/^[+-](?=.)/u, ''));
});

it('keeps the digits of a change that is held against a limit', () => {
  expect([0.125, -0.05, 0].map(formatExactChange)).toEqual(['+12.5%', '-5%', '0%']);
  expect([0.0123, -0.5, 0].map(formatPoints)).toEqual(['+1.2 points', '-50 points', '0 points']);
});

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [999.5, '1.00 kB'],
  [1234, '1.23 kB'],
  [25.3e9, '25.3 GB'],
  [undefined, '-'],
])('formats %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0, '0/s'],
  [0.5, '0.50/s'],
  [48.12, '48.1/s'],
  [1312.4, '1,312/s'],
  [undefined, '-'],
])('formats a rate of %d as %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

it('formats each unit, and what is absent in each', () => {
  expect([formatValue(1500, 'bytes'), formatValue(1500, 'count'), formatValue(0.5, 'share')]).toEqual([
    '1.50 kB',
    '1,500',
    '50%',
  ]);
  for (const unit of ['ns', 'per-second', 'share', 'bytes', 'count'] as const) expect(formatValue(undefined, unit)).toBe('-');
});

it('counts one thing and many', () => {
  expect([counted(1, 'worker'), counted(0, 'worker'), counted(1200, 'worker')]).toEqual([
    '1 worker',
    '0 workers',
    '1,200 workers',
  ]);
});

it('shows that something invisible was there', () => {
  expect(oneLine('a\u001B[2J\n\u0085\u202Eb\u200B\u2028\uD800 é 漢')).toBe(
    'a\uFFFD[2J\uFFFD\uFFFD\uFFFDb\uFFFD\uFFFD\uFFFD é 漢',
  );
});
