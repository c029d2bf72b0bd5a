import { join } from './bytes.ts';
import type { Dice } from './dice.ts';

/** Numbers at which lengths and types turn. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];
const EDGES_16 = [0, 1, 2, 4, 0xff, 0x100, 0x3fff, 0x4000, 0x4001, 0x4100, 0x7fff, 0x8000, 0xfffe, 0xffff];

type Edit = (bytes: Buffer, at: number, dice: Dice) => Buffer;

const EDITS: readonly Edit[] = [
  (bytes, at, dice) => set(bytes, at, (bytes[at] ?? 0) ^ (1 << dice.below(8))),
  (bytes, at, dice) => set(bytes, at, dice.pick(EDGES)),
  (bytes, at, dice) => set(bytes, at, (bytes[at] ?? 0) + dice.pick([1, -1, 2, -2])),
  (bytes, at, dice) => set(bytes, at, dice.below(256)),
  (bytes, at, dice) => {
    const value = dice.pick(EDGES_16);
    return set(set(bytes, at, value >> 8), at + 1, value);
  },
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, dice) => join(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(16))),
  (bytes, at, dice) => join(bytes.subarray(0, at), dice.bytes(1 + dice.below(dice.chance(0.1) ? 400 : 8)), bytes.subarray(at)),
  (bytes, at, dice) => {
    const piece = bytes.subarray(at, at + 1 + dice.below(40));
    return join(bytes.subarray(0, at), piece, bytes.subarray(at));
  },
  (bytes, at, dice) => join(bytes, dice.bytes(dice.chance(0.05) ? 20_000 : 1 + dice.below(4)), bytes.subarray(at, at)),
];

/** A copy with one to three things wrong in it; now and then it comes out the same. */
export const editBytes = (bytes: Buffer, dice: Dice): Buffer => {
  let edited = Buffer.from(bytes);
  for (let edits = 1 + dice.below(3); edits > 0; edits--) {
    edited = Buffer.from(dice.pick(EDITS)(edited, dice.below(Math.max(1, edited.length)), dice));
  }
  return edited;
};

const set = (bytes: Buffer, at: number, value: number): Buffer => {
  const edited = Buffer.from(bytes);
  if (at < edited.length) edited[at] = value & 0xff;
  return edited;
};
