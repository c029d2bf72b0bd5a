/**
 * Returns the choice that was most likely meant, or `undefined` when none is close: at most a third
 * of the letters may differ.
 */
export const nearest = (word: string, choices: readonly string[]): string | undefined => {
  const ranked = choices
    .map((choice) => ({ choice, distance: editDistance(word.toLowerCase(), choice.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(1, Math.floor(best.choice.length / 3)) ? best.choice : undefined;
};

/**
 * Optimal string alignment distance: each inserted, deleted, replaced or transposed letter counts
 * one.
 */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  let rowBefore: number[] = [];
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const substituted = (row[j] ?? 0) + (letter === other ? 0 : 1);
      const isSwapped = i > 0 && j > 0 && letter === b[j - 1] && a[i - 1] === other;
      const swapped = isSwapped ? (rowBefore[j - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(substituted, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [rowBefore, row] = [row, next];
  }
  return row[b.length] ?? 0;
};
