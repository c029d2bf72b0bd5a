import { COMPARISON_FORMAT, comparisonSchema, type Comparison } from '../../domain/comparison.ts';
import { readResultFile } from './result-file.ts';

/**
 * Reads a comparison from its `compare.json`, or from the run folder that holds it.
 *
 * @throws ResumarkError RESULT_FILE when it is missing, broken, or of a format that this version does not know.
 */
export const readComparison = (path: string): Promise<Comparison> =>
  readResultFile(path, { name: 'compare.json', format: COMPARISON_FORMAT, schema: comparisonSchema });
