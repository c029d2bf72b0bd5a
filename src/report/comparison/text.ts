import { LEAST_RUNS } from '../../analysis/judging-rules.ts';
import type { Comparison } from '../../domain/comparison.ts';
import { counted } from '../text/units.ts';
import { escaped, markdownTable } from '../markdown.ts';
import { oneLine } from '../safe-text.ts';
import { fittedRows } from '../terminal.ts';
import { headlineOf } from './headline.ts';
import { rowSentence, verdictSentence } from './sentence.ts';
import { comparisonTable, WHY } from './table.ts';

export interface ComparisonStyle {
  /** Width of the terminal; 0 where it is not one. */
  readonly columns?: number;
}

/** A comparison for a terminal: the headline, the table, the verdict and the method. */
export const comparisonText = (comparison: Comparison, { columns = 0 }: ComparisonStyle): string => {
  const { lines, hidden } = fittedRows(comparisonTable(comparison), columns);
  return [
    headlineOf(comparison),
    '',
    ...lines,
    '',
    ...changeSentences(comparison),
    ...(hidden.includes(WHY) ? inconclusiveSentences(comparison) : []),
    verdictSentence(comparison),
    designText(comparison),
    ...differenceTexts(comparison),
  ]
    .map((line) => `${oneLine(line)}\n`)
    .join('');
};

/** A comparison for a pull request: the headline and the verdict in sight, the table folded. */
export const comparisonMarkdown = (comparison: Comparison): string =>
  `${[
    [`### ${escaped(headlineOf(comparison))}`],
    [escaped(verdictSentence(comparison))],
    changeSentences(comparison).map((text) => `- ${escaped(text)}`),
    differenceTexts(comparison).map((text) => `> ${escaped(text)}`),
    ['<details><summary>All metrics</summary>'],
    markdownTable(comparisonTable(comparison)),
    ['</details>'],
    [`<sub>${escaped(designText(comparison))}</sub>`],
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

/** A sentence for each metric that improved or regressed. */
const changeSentences = (comparison: Comparison): string[] =>
  comparison.rows
    .filter(({ role, verdict }) => role === 'primary' && (verdict === 'improved' || verdict === 'regressed'))
    .map((row) => rowSentence(row, comparison));

/** A sentence for each inconclusive metric, where the table has no room for the reasons. */
const inconclusiveSentences = (comparison: Comparison): string[] =>
  comparison.rows
    .filter(({ role, verdict }) => role === 'primary' && verdict === 'inconclusive')
    .map((row) => rowSentence(row, comparison));

/** The sides, the number of samples and the method of a comparison. */
export const designText = (comparison: Comparison): string => {
  const { design, before, after, rows } = comparison;
  const pairs = counted(Math.max(0, ...rows.map((row) => row.pairs)), 'pair');
  const runs = `${counted(before.runs.length, 'run')} and ${counted(after.runs.length, 'run')}`;
  return `${before.state} against ${after.state}, ${design === 'paired' ? pairs : runs}: ${methodText(comparison)}.`;
};

const methodText = ({ design, interleave, looks }: Comparison): string => {
  switch (design) {
    case 'paired':
      return [
        'measured side by side in pairs of blocks, ',
        interleave === 'handshake' ? 'alternating handshake by handshake' : 'one block after the other',
        looks.length > 1 ? `, with interim looks after ${looks.join(', ')}` : '',
        '; changes are estimated pair by pair',
      ].join('');
    case 'runs':
      return 'each run is one sample; a ratio to the full handshake is taken within each run, so what affected the whole run cancels out';
    case 'single':
      return `a change cannot be told from the difference between any two runs, so there is no verdict. Measure both states in one run, or at least ${String(LEAST_RUNS)} runs of each`;
  }
};

/** The differences that a forced comparison mixes with the change. */
const differenceTexts = ({ differences }: Comparison): string[] =>
  differences.map(
    ({ what, before, after }) => `The runs also differ in ${what}: ${before || 'unknown'} before, ${after || 'unknown'} after.`,
  );
