import { expect, it } from 'vitest';
import { Arena } from '../../src/engine/arena.ts';
import { openLibrary } from '../../src/engine/ffi.ts';

const memcpy = openLibrary(null).bind('uintptr_t memcpy(uintptr_t to, uintptr_t from, size_t length)');

it('gives regions that native code and script see alike, each on a cache line of its own', () => {
  const arena = new Arena();
  const [first, second, large] = [arena.allocate(10), arena.allocate(100), arena.allocate(1_000_000)];
  first.bytes.write('resumption');
  memcpy(second.address, first.address, 10);
  memcpy(large.address + 999_990, second.address, 10);
  expect(large.bytes.toString('latin1', 999_990)).toBe('resumption');
  expect([first, second, large].map(({ address }) => address % 64)).toEqual([0, 0, 0]);
  expect(second.bytes.subarray(10).every((byte) => byte === 0)).toBe(true);
});

it.runIf(process.platform === 'linux' && process.arch === 'x64')('has its memory where an address is a small integer', () => {
  const arena = new Arena();
  for (const size of [16, 300_000]) expect(arena.allocate(size).address).toBeLessThan(2 ** 31);
});

it('gives everything back, and what is still read there is zeros', () => {
  const arena = new Arena();
  const regions = [arena.allocate(4096), arena.allocate(1_000_000)];
  for (const { bytes } of regions) bytes.fill(1);
  const before = arena.allocate(16).address;
  arena.free();
  if (process.platform === 'linux' && process.arch === 'x64') {
    for (const { bytes } of regions) expect(bytes.every((byte) => byte === 0)).toBe(true);
  }
  expect(arena.allocate(16).address).not.toBe(before);
});
