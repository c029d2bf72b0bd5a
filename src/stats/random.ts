/** A source of uniform numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * A seeded generator: the same seed gives the same order on every machine.
 *
 * @see G. L. Steele, S. Vigna: mulberry32, a 32-bit variant of SplitMix. Good enough to shuffle; not for secrets.
 */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A new array in random order (Fisher and Yates). */
export const shuffled = <Item>(items: readonly Item[], random: Random): Item[] => {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as Item, order[i] as Item];
  }
  return order;
};
