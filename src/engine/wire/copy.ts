/** Copies a few bytes. A view of a typed array, and what copies it, cost more than the bytes do. */
export const copyBytes = (to: Uint8Array, toAt: number, from: Uint8Array, at: number, length: number): void => {
  for (let i = 0; i < length; i++) to[toAt + i] = from[at + i] ?? 0;
};

/** Compares a few bytes. It takes longer the later they differ: nothing secret is compared. */
export const isSame = (one: Uint8Array, oneAt: number, other: Uint8Array, otherAt: number, length: number): boolean => {
  for (let i = 0; i < length; i++) if (one[oneAt + i] !== other[otherAt + i]) return false;
  return true;
};

export const copyOf = (from: Uint8Array, at: number, length: number): Uint8Array => {
  const copy = new Uint8Array(length);
  copyBytes(copy, 0, from, at, length);
  return copy;
};
