import type { Comparison } from '../../domain/comparison.ts';
import { printableJson } from '../json.ts';
import { headlineOf } from './headline.ts';

/** `compare.json`: the comparison whole, and its headline. */
export const comparisonJson = (comparison: Comparison): string =>
  printableJson({ headline: headlineOf(comparison), ...comparison });
