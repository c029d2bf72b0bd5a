import type { ExpectationResult } from '../../domain/probe-expectation.ts';
import type { FindingWeight, ProbeFinding } from '../../domain/probe-finding.ts';
import type { FleetMap, ProbeRecord } from '../../domain/probe-record.ts';
import { htmlDocument } from '../html/document.ts';
import { markup, raw, when, type Markup } from '../html/markup.ts';
import type { Column, Table } from '../table.ts';
import { ABSENT } from '../text/units.ts';
import { addressClasses, type AddressClass } from './address-class.ts';
import { capacityLines } from './capacity-text.ts';
import { minuteText } from './date-text.ts';
import { explainedSections, type ExplainedSection } from './explained.ts';
import { probeFacts } from './facts.ts';
import { expectationSentence } from './expectation-text.ts';
import { findingSentence } from './finding-text.ts';
import { groupTable, mapSubject, matrixReading, matrixRows, predictionLines, type MatrixRow } from './fleet-map.ts';
import { probeHeadline } from './headline.ts';
import { counted } from '../text/units.ts';
import { TRIES_READING } from './tries-text.ts';
import { WATCH_READING, watchSection } from './watch-text.ts';

/** A probe on one self-contained page: the result, the findings, the map of the fleet, and the addresses. */
export const probeHtml = (record: ProbeRecord): string =>
  htmlDocument({
    title: `Probe of ${targetNames(record)}`,
    style: MATRIX_STYLE,
    header: header(record),
    main: markup`${expectationSection(record)}${findingSection(record)}
${record.map === null ? raw('') : mapSection(record, record.map)}
${watchedSection(record)}
${capacitySection(capacityLines(record))}
${addressSection(addressClasses(record))}
${explainedSection(explainedSections(record))}
${factSection(probeFacts(record))}`,
    footer: markup`Rendered by resumark ${record.version}. Sessions and keys are shown by hashes, never by their content.`,
  });

const targetNames = ({ targets }: ProbeRecord): string => {
  const named = targets.slice(0, MOST_NAMES).map(({ name }) => name);
  const others = targets.length - named.length;
  return others > 0 ? `${named.join(', ')} and ${counted(others, 'other')}` : named.join(', ');
};

/** More make a heading that nobody reads: the page lists them all. */
const MOST_NAMES = 2;

const header = (record: ProbeRecord): Markup => markup`<header>
<p class="product">Resumark, probe of TLS session resumption</p>
<h1>${targetNames(record)}</h1>
<p class="meta">${minuteText(record.startedUnixMs)}${when(record.interrupted, () => markup` <span class="badge">interrupted</span>`)}</p>
<p class="meta">${probeHeadline(record)}</p>
</header>`;

/** The weights in the classes of the severities of a run's notices. */
const SEVERITY: Readonly<Record<FindingWeight, string>> = { problem: 'error', warning: 'warning', information: 'info' };

const WORD: Readonly<Record<FindingWeight, string>> = { problem: 'problem', warning: 'warning', information: 'note' };

const expectationSection = (record: ProbeRecord): Markup =>
  when(
    record.expectations.length > 0,
    () => markup`<section>
<h2>Expected</h2>
<ul class="notices">
${record.expectations.map((result) => expectationItem(result, record))}
</ul>
</section>`,
  );

const expectationItem = (result: ExpectationResult, record: ProbeRecord): Markup => {
  const [severity, word] = result.holds ? ['info', 'met'] : ['error', 'unmet'];
  return markup`<li><span class="severity severity-${severity}">${word}</span><span>${expectationSentence(result, record)}</span></li>`;
};

const findingSection = (record: ProbeRecord): Markup => markup`<section>
<h2>Findings</h2>
<p class="lead">${record.findings.length === 0 ? 'No fault was found.' : 'The most important first, each with its evidence and what to do.'}</p>
${when(
  record.findings.length > 0,
  () => markup`<ul class="notices card">
${record.findings.map((finding) => findingItem(finding, record))}
</ul>`,
)}
</section>`;

const findingItem = (finding: ProbeFinding, record: ProbeRecord): Markup =>
  markup`<li><span class="severity severity-${SEVERITY[finding.weight]}">${WORD[finding.weight]}</span><span>${findingSentence(finding, record)}</span></li>`;

const mapSection = (record: ProbeRecord, map: FleetMap): Markup => {
  const rows = matrixRows(record, map);
  return markup`<section>
<h2>Who resumes whom</h2>
<p class="lead">${[...(map.protocol === null ? [] : [`${mapSubject(map)}.`]), rows.length === 0 ? 'Addresses of a group resume the sessions of each other.' : matrixReading(rows)].join(' ')}</p>
${when(rows.length > 0, () => matrix(rows))}
${when(map.groups.length === 0, () => markup`<p>No address resumes anything.</p>`)}
${when(map.groups.length > 0, () => card('Groups', groupTable(record, map)))}
<ul class="unsaved">${predictionLines(map).map((line) => markup`<li>${line}</li>`)}</ul>
</section>`;
};

const matrix = (
  rows: readonly MatrixRow[],
): Markup => markup`<div class="card scroll" tabindex="0" role="region" aria-label="Matrix">
<table class="matrix">
<caption>Rows: the address that made the session. Columns: the address that was offered it, by its number.</caption>
<thead><tr><th scope="col">session of</th><th scope="col">group</th>${rows.map(({ number, name }) => markup`<th scope="col" class="number" title="${name}">at ${number}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => matrixRow(row, rows))}
</tbody>
</table>
</div>`;

const matrixRow = ({ number, name, group, cells }: MatrixRow, rows: readonly MatrixRow[]): Markup =>
  markup`<tr><th scope="row">${number} ${name}</th><td data-head="group">${group}</td>${cells.map(({ state, text }, i) => markup`<td data-head="at ${rows[i]?.number ?? ''}" class="number pair-${state}">${text}</td>`)}</tr>`;

const watchedSection = (record: ProbeRecord): Markup => {
  const watched = watchSection(record);
  if (watched === undefined) return raw('');
  const { title, table, lines } = watched;
  const shown = table === undefined ? raw('') : markup`<p class="lead">${WATCH_READING}</p>\n${card(title, table)}`;
  return markup`<section>
<h2>${title}</h2>
${shown}
<ul class="unsaved">${lines.map((line) => markup`<li>${line}</li>`)}</ul>
</section>`;
};

const capacitySection = (lines: readonly string[]): Markup =>
  when(
    lines.length > 0,
    () => markup`<section>
<h2>Capacity of the caches</h2>
<ul class="unsaved">${lines.map((line) => markup`<li>${line}</li>`)}</ul>
</section>`,
  );

const addressSection = (classes: readonly AddressClass[]): Markup => markup`<section>
<h2>Addresses</h2>
<p class="lead">Addresses that are alike in all but their keys are shown as one. ${TRIES_READING}</p>
${classes.map(
  ({ title, table, lines }) => markup`<h3>${title}</h3>
${when(table.rows.length > 0, () => card(title, table))}
<ul class="unsaved">${lines.map((line) => markup`<li>${line}</li>`)}</ul>`,
)}
</section>`;

const card = (
  label: string,
  { columns, rows }: Table,
): Markup => markup`<div class="card scroll" tabindex="0" role="region" aria-label="${label}">
<table>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>
${rows.map((texts) => markup`<tr>${texts.map((text, i) => bodyCell(columns[i], text, i))}</tr>`)}
</tbody>
</table>
</div>`;

const numberClass = (column: Column | undefined): string => (column?.align === 'right' ? 'number' : '');

const headCell = (column: Column): Markup => markup`<th scope="col" class="${numberClass(column)}">${column.head}</th>`;

const bodyCell = (column: Column | undefined, text: string, place: number): Markup =>
  place === 0
    ? markup`<th scope="row">${text}</th>`
    : markup`<td data-head="${column?.head ?? ''}" class="${numberClass(column)}${text === ABSENT ? ' absent' : ''}">${text}</td>`;

const explainedSection = (sections: readonly ExplainedSection[]): Markup =>
  when(
    sections.length > 0,
    () => markup`<section>
<h2>Message by message</h2>
<p class="lead">One connection of each kind, decrypted by the client.</p>
${sections.map(({ title, lines }) => markup`<details class="card"><summary>${title}</summary><ol class="messages">${lines.map((line) => markup`<li><code>${line}</code></li>`)}</ol></details>`)}
</section>`,
  );

const factSection = (facts: readonly string[]): Markup => markup`<section>
<h2>How it was probed</h2>
<ul class="unsaved">${facts.map((fact) => markup`<li>${fact}</li>`)}</ul>
</section>`;

/** A cell says by its text what its colour shows. */
const MATRIX_STYLE = `
h3 { margin: 24px 0 8px; overflow-wrap: anywhere; }
.card + .card { margin-top: 20px; }
.matrix .number { text-align: center; }
.pair-resumes, .pair-same-key { color: var(--better); background: color-mix(in srgb, var(--better) 14%, transparent); }
.pair-partly { color: var(--worse); background: color-mix(in srgb, var(--worse) 14%, transparent); }
.pair-declines { color: var(--failed); background: color-mix(in srgb, var(--failed) 14%, transparent); }
.messages { margin: 0; padding: 0 24px 16px; list-style: none; } .messages code { white-space: pre-wrap; }
.pair-untried { color: var(--soft); }
`;
