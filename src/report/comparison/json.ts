import type { Comparison } from '../../domain/comparison.ts';
import { printableJson } from '../json.ts';
import { headlineOf } from './headline.ts';

/** `compare.json`: the comparison whole, and its headline; of several, a list. */
export const comparisonJson = (comparisons: readonly Comparison[]): string => {
  const all = comparisons.map((comparison) => ({ headline: headlineOf(comparison), ...comparison }));
  const [only] = all;
  return printableJson(all.length === 1 && only !== undefined ? only : all);
};
