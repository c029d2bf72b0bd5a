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

/** For a terminal: the sentence first, then the table, the verdict and what it rests on. */
export const comparisonText = (comparison: Comparison, { columns = 0 }: ComparisonStyle): string => {
  const { lines, hidden } = fittedRows(comparisonTable(comparison), columns);
  return [
    headlineOf(comparison),
    '',
    ...lines,
    '',
    ...changeSentences(comparison),
    ...(hidden.includes(WHY) ? doubtSentences(comparison) : []),
    verdictSentence(comparison),
    designText(comparison),
    ...differenceTexts(comparison),
  ]
    .map((line) => `${oneLine(line)}\n`)
    .join('');
};

/** For a pull request: the sentence and the verdict in sight, the table folded. */
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

/** What surely got better or worse, a sentence each. */
const changeSentences = ({ rows }: Comparison): string[] =>
  rows.filter(({ role, verdict }) => role === 'primary' && (verdict === 'improved' || verdict === 'regressed')).map(rowSentence);

/** What could not be told, where the table has no room for the reasons. */
const doubtSentences = ({ rows }: Comparison): string[] =>
  rows.filter(({ role, verdict }) => role === 'primary' && verdict === 'inconclusive').map(rowSentence);

/** What the comparison rests on. */
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
        interleave === 'handshake' ? 'in turns handshake by handshake' : 'one block after the other',
        looks.length > 1 ? ` (it could end after ${looks.join(', ')})` : '',
      ].join('');
    case 'runs':
      return 'each run is one value; a resumed handshake is taken against the full one of its own run';
    case 'single':
      return `what differs between any two runs cannot be told from the change, so this is no verdict. Measure both in one run, or at least ${String(LEAST_RUNS)} runs of each`;
  }
};

/** What a forced comparison holds beside the change. */
const differenceTexts = ({ differences }: Comparison): string[] =>
  differences.map(({ what, before, after }) => `Not alike: ${what} was ${before || 'unknown'} and is ${after || 'unknown'}.`);
