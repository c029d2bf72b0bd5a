/** Numbers of pairs after which a comparison may end; looking more often would raise the rate of false alarms. */
export const DEFAULT_LOOKS: readonly number[] = [12, 24, 48];

/** The level of each look, so that all of them together err with probability alpha at most (Bonferroni). */
export const alphaPerLook = (alpha: number, looks: number): number => alpha / looks;

/** The fewest pairs with which an exact test can reject at this level: all signs alike have probability 2^-n. */
export const leastPairs = (alpha: number): number => Math.ceil(Math.log2(1 / alpha));
