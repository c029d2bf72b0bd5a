export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The unbiased estimate, with n - 1. */
export const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};

/** `undefined` with fewer than two values. */
export const standardDeviation = (values: readonly number[]): number | undefined =>
  values.length < 2 ? undefined : Math.sqrt(variance(values));
