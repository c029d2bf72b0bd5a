import type { ChangeVerdict, Comparison } from '../../domain/comparison.ts';
import { ABSENT } from '../text/units.ts';
import { markup, raw, when, type Markup } from './markup.ts';
import type { Tone } from '../text/savings.ts';
import type { Column } from '../table.ts';
import { headlineOf } from '../comparison/headline.ts';
import { verdictSentence } from '../comparison/sentence.ts';
import { comparedRows, comparisonTable, WHY } from '../comparison/table.ts';
import { designText } from '../comparison/text.ts';

/** The changes from one state to another. */
export const comparisonSection = (comparison: Comparison): Markup => {
  const { columns, rows } = comparisonTable(comparison);
  const verdicts = comparedRows(comparison).map(({ role, verdict }) => (role === 'primary' ? TONE[verdict] : 'same'));
  const title = `From ${comparison.before.state} to ${comparison.after.state}`;
  return markup`<section>
<h2>${title}</h2>
<p class="lead">${headlineOf(comparison)}</p>
<div class="card scroll" tabindex="0" role="region" aria-label="${title}">
<table>
<caption>${verdictSentence(comparison)}</caption>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>
${rows.map((texts, i) => markup`<tr>${texts.map((text, at) => bodyCell(columns[at], text, verdicts[i] ?? 'same'))}</tr>`)}
</tbody>
</table>
</div>
<p class="note">${designText(comparison)}</p>
</section>`;
};

const TONE: Readonly<Record<ChangeVerdict, Tone>> = {
  improved: 'better',
  regressed: 'worse',
  equivalent: 'same',
  inconclusive: 'absent',
};

const headCell = ({ head, align }: Column): Markup =>
  markup`<th scope="col"${when(align === 'right', () => raw(' class="number"'))}>${head}</th>`;

const bodyCell = (column: Column | undefined, text: string, tone: Tone): Markup => {
  const head = column?.head ?? '';
  if (head === 'verdict') return markup`<td data-head="${head}" class="tone-${tone}">${text}</td>`;
  if (head === WHY) return markup`<td data-head="${head}" class="why">${text}</td>`;
  if (column?.align === 'right')
    return markup`<td data-head="${head}" class="number${text === ABSENT ? ' absent' : ''}">${text}</td>`;
  return markup`<td data-head="${head}">${text}</td>`;
};
