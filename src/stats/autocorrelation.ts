import { mean } from './descriptive.ts';

/**
 * Measures how much each value resembles the one before it, from -1 to 1: where it is far from 0, neighbours are not independent.
 *
 * @returns `undefined` with fewer than three values or without any spread.
 * @see G. E. P. Box, G. M. Jenkins, Time Series Analysis (1970), section 2.1.
 */
export const lagOneAutocorrelation = (values: readonly number[]): number | undefined => {
  if (values.length < 3) return undefined;
  const centre = mean(values);
  const spread = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (spread === 0) return undefined;
  const products = values.slice(1).map((value, i) => (value - centre) * ((values[i] ?? centre) - centre));
  return products.reduce((a, b) => a + b, 0) / spread;
};
