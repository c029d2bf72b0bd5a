import { expect, it } from 'vitest';
import { GuardedArena } from './guarded-arena.ts';

it.each([
  { where: 'before the first byte', at: -1 },
  { where: 'behind the last byte', at: 100 },
])('notices a write $where', ({ at }) => {
  const arena = new GuardedArena();
  const { bytes } = arena.allocate(100);
  bytes.fill(1);
  expect(arena.isIntact).toBe(true);
  // As native code would: by the address, past the view.
  Buffer.from(bytes.buffer)[bytes.byteOffset + at] = 0;
  expect(arena.isIntact).toBe(false);
});
