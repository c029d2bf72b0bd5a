/**
 * Holm's step-down p-values: rejecting those at most alpha keeps the probability of any false rejection at alpha, however the tests depend
 * on each other.
 *
 * @returns one per p-value, in the same order.
 * @see S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979).
 */
export const holmAdjusted = (pValues: readonly number[]): number[] => {
  const order = pValues.map((_, i) => i).toSorted((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = pValues.map(() => 1);
  let highest = 0;
  for (const [step, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues[i] ?? 1) * (pValues.length - step)));
    adjusted[i] = highest;
  }
  return adjusted;
};
