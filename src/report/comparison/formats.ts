import type { Comparison } from '../../domain/comparison.ts';
import { compareCsv } from './csv.ts';
import { comparisonJson } from './json.ts';
import { comparisonMarkdown, comparisonText, type ComparisonStyle } from './text.ts';

const RENDERERS = {
  table: comparisonText,
  markdown: comparisonMarkdown,
  csv: compareCsv,
  json: comparisonJson,
} as const satisfies Record<string, (comparison: Comparison, style: ComparisonStyle) => string>;

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
export const renderComparison = (comparison: Comparison, format: ComparisonFormat, style: ComparisonStyle = {}): string =>
  RENDERERS[format](comparison, style);
