import type { Comparison } from '../../domain/comparison.ts';
import type { DecimalSign } from '../csv.ts';
import { compareCsv } from './csv.ts';
import { comparisonJson } from './json.ts';
import { comparisonMarkdown, comparisonText, type ComparisonStyle } from './text.ts';

/** How comparisons are shown. */
export interface ComparisonOptions extends ComparisonStyle {
  /** The sign before fractions in CSV; default a point, with commas between values. */
  readonly decimal?: DecimalSign;
}

const RENDERERS = {
  table: (comparisons, style) => comparisons.map((comparison) => comparisonText(comparison, style)).join(''),
  markdown: (comparisons) => comparisons.map(comparisonMarkdown).join(''),
  csv: (comparisons, { decimal }) => compareCsv(comparisons, decimal),
  json: comparisonJson,
} as const satisfies Record<string, (comparisons: readonly Comparison[], options: ComparisonOptions) => string>;

/** A format of a comparison. */
export type ComparisonFormat = keyof typeof RENDERERS;

/** All formats of a comparison. */
export const COMPARISON_FORMATS = Object.keys(RENDERERS) as readonly ComparisonFormat[];

/** The files of a comparison in a run folder, by the ends of their names. */
export const COMPARISON_FILES: readonly (readonly [extension: string, format: ComparisonFormat])[] = [
  ['json', 'json'],
  ['csv', 'csv'],
  ['md', 'markdown'],
];

/** Renders a comparison, from nothing but the comparison. */
export const renderComparison = (comparison: Comparison, format: ComparisonFormat, options: ComparisonOptions = {}): string =>
  RENDERERS[format]([comparison], options);

/** Renders several comparisons as one document. */
export const renderComparisons = (
  comparisons: readonly Comparison[],
  format: ComparisonFormat,
  options: ComparisonOptions = {},
): string => RENDERERS[format](comparisons, options);
