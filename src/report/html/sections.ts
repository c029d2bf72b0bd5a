import { METRICS } from '../../analysis/metrics/catalogue.ts';
import { validBlocksOf, type RunSummary } from '../../analysis/summary/run-summary.ts';
import type { CellSummary } from '../../analysis/summary/cell-summary.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { ABSENT } from '../text/units.ts';
import { latencyChart } from './chart.ts';
import { roundsSpark } from './sparkline.ts';
import { markup, raw, when, type Markup } from './markup.ts';
import { curveOf, rangeOf, type Curve, type CurveRange } from './percentile-curve.ts';
import { savingSentence, type SavingLine, type SavingPart } from '../text/savings.ts';
import { fullTable, type Column, type ResultTable, type Table } from '../table.ts';
import type { DetailSection } from '../text/details.ts';

/** The saving of each resumption mode, before any table. */
export const savingSection = ({ savings }: ResultTable): Markup => {
  const shown = savings.filter(({ parts }) => parts.length > 0);
  const untold = savings.filter(({ parts }) => parts.length === 0);
  return when(
    savings.length > 0,
    () => markup`<section>
<h2>What resumption saves</h2>
<p class="lead">Each mode compared with the full handshake of the same state and protocol. The bar shows how much of the full handshake's cost remains.</p>
${when(shown.length > 0, () => markup`<ol class="savings card">${shown.map(savingItem)}</ol>`)}
${when(
  untold.length > 0,
  () =>
    markup`<ul class="unsaved">${untold.map((line) => markup`<li class="tone-${line.tone}">${savingSentence(line)}</li>`)}</ul>`,
)}
</section>`,
  );
};

const savingItem = ({ cell, label, parts, note }: SavingLine): Markup => markup`<li class="saving mode-${cell.mode}">
<div><h3><span class="swatch"></span>${label}</h3>${when(note !== '', () => markup`<p class="note">${note}</p>`)}</div>
${parts.map(savingGain)}
</li>`;

const savingGain = ({ name, full, resumed, share, change, tone }: SavingPart): Markup => markup`<div class="gain">
<p class="what">${name}</p>
<p class="change tone-${tone}">${change}</p>
<div class="bar tone-${tone}" aria-hidden="true"><span style="--share: ${Math.min(share, 1).toFixed(3)}"></span></div>
<p class="what"><span>${full}</span> to <span>${resumed}</span></p>
</div>`;

/** The table with a row per cell, and every metric in a folded table after it. */
export const resultSection = (summary: RunSummary, { table, fixed, cells }: ResultTable): Markup => markup`<section>
<h2>Results</h2>
<p class="lead">One row per cell. The numbers cover only handshakes that are proven to be of the requested mode.</p>
<div class="card scroll" tabindex="0" role="region" aria-label="Results">
<table>
<caption>${fixed.join(' · ')}</caption>
<thead><tr>${table.columns.map(headCell)}<th scope="col" title="The median of each valid block in the order measured; it should be flat.">p50 by round</th></tr></thead>
${byState(cells).map(
  (rows) => markup`<tbody>
${rows.map((i) => resultRow(summary, table, { cell: cells[i], texts: table.rows[i] ?? [] }))}
</tbody>`,
)}
</table>
</div>
<details class="card"><summary>Every metric</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Every metric">${plainTable(fullTable(cells, METRICS))}</div>
</details>
</section>`;

const headCell = ({ head, align, reading }: Column): Markup =>
  markup`<th scope="col"${align === 'right' ? raw(' class="number"') : ''} title="${reading}">${head}</th>`;

interface Row {
  readonly cell: CellSummary | undefined;
  readonly texts: readonly string[];
}

const resultRow = (summary: RunSummary, { columns }: Table, { cell, texts }: Row): Markup =>
  cell === undefined
    ? raw('')
    : markup`<tr class="mode-${cell.mode} ${cell.status}">${columns.map((column, i) => bodyCell(column, texts[i] ?? '', cell))}<td data-head="p50 by round">${roundsSpark(validBlocksOf(summary, cell), cell.mode)}</td></tr>`;

const bodyCell = ({ head, align }: Column, text: string, cell: CellSummary): Markup => {
  if (align === 'right') return markup`<td data-head="${head}" class="number${text === ABSENT ? ' absent' : ''}">${text}</td>`;
  if (head !== 'mode') return markup`<td data-head="${head}"${text === ABSENT ? raw(' class="absent"') : ''}>${text}</td>`;
  return markup`<th scope="row"><span class="swatch mode-${cell.mode}"></span>${text}</th>`;
};

/** A row of numbers for each thing that its first column names. */
export const plainTable = ({ columns, rows }: Table): Markup => markup`<table>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>
${rows.map((texts) => markup`<tr>${texts.map((text, i) => wholeCell(columns[i]?.head ?? '', text, i))}</tr>`)}
</tbody>
</table>`;

const wholeCell = (head: string, text: string, i: number): Markup =>
  i === 0
    ? markup`<th scope="row">${text}</th>`
    : markup`<td data-head="${head}" class="number${text === ABSENT ? ' absent' : ''}">${text}</td>`;

/** The latency distributions, a chart per state and protocol, all to the same scale. */
export const latencySection = (cells: readonly CellSummary[]): Markup => {
  const curves = cells.map(curveOf).filter((curve) => curve !== undefined);
  const range = rangeOf(curves);
  if (range === undefined) return raw('');
  const titles = [...new Set(curves.map(panelTitle))];
  return markup`<section>
<h2>Latency distribution</h2>
<p class="lead">${leadOf(curves)} The horizontal axis stretches the tail: 90%, 99% and 99.9% are equally far apart.${titles.length > 1 ? ' All charts have the same scale.' : ''}</p>
<div class="charts">
${titles.map((title) =>
  figure(
    title,
    curves.filter((curve) => panelTitle(curve) === title),
    range,
  ),
)}
</div>
</section>`;
};

const leadOf = (curves: readonly Curve[]): string =>
  curves.some(({ of }) => of === 'response time')
    ? 'Response time by percentile: from the intended start of each handshake, so it includes every wait.'
    : 'Handshake time by percentile.';

/** A subject that is described in words beside the table. */
export const detailSection = ({ title, lead, lines }: DetailSection): Markup => markup`<section>
<h2>${title}</h2>
<p class="lead">${lead}</p>
<ul class="unsaved">${lines.map((line) => markup`<li>${line}</li>`)}</ul>
</section>`;

const panelTitle = ({ cell }: Curve): string => `${cell.state} ${protocolLabel(cell.protocol)}`;

const figure = (title: string, curves: readonly Curve[], range: CurveRange): Markup =>
  markup`<figure class="card"><figcaption><h3>${title}</h3></figcaption>${latencyChart(title, curves, range)}</figure>`;

/** Indices of the cells, grouped by state. */
const byState = (cells: readonly CellSummary[]): number[][] =>
  [...new Set(cells.map(({ state }) => state))].map((state) => cells.flatMap((cell, i) => (cell.state === state ? [i] : [])));
