/**
 * Shows each row of a table as a list of heads and values, where the page is too narrow for its
 * columns: sideways, a reader would see either the labels or the numbers.
 */
const rowsAsLists = (media: string, table: string): string => `${media} {
  ${table}, ${table} caption, ${table} tbody, ${table} tr, ${table} th, ${table} td { display: block; }
  ${table} thead { display: none; }
  ${table} tbody tr { padding: 10px 0; border-top: 1px solid var(--line); }
  ${table} tbody tr > :nth-child(n) { display: flex; justify-content: space-between; gap: 16px; padding: 3px 16px; text-align: right; border: 0; white-space: normal; }
  ${table} [data-head]::before { content: attr(data-head); color: var(--soft); text-align: left; white-space: nowrap; }
  ${table} th[scope="row"] { justify-content: flex-start; }
  ${table} caption { padding: 12px 16px; }
}`;

/**
 * The style sheet of the report: no external fonts, images or scripts; light or dark as the
 * reader's system is set.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fcfcfa; --card: #ffffff; --line: #e4e3de; --faint: #f3f2ee;
  --ink: #1b1d21; --soft: #5d626b;
  --full: #5a6472; --session-id: #a04a07; --ticket: #0f766e; --early-data: #7e22ce;
  --better: #137a39; --worse: #a04a07; --failed: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101215; --card: #171a1e; --line: #2b2f36; --faint: #1e2227;
    --ink: #e9eaec; --soft: #a1a7b1;
    --full: #a9b2bf; --session-id: #f5a524; --ticket: #2dd4bf; --early-data: #c792f5;
    --better: #4ade80; --worse: #f5a524; --failed: #ff8a7a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; text-rendering: optimizeLegibility;
}
main, header, footer { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 56px; }
.product { margin: 0; color: var(--soft); font-size: 14px; letter-spacing: .02em; }
h1 { margin: 4px 0 8px; font-size: 40px; line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
.meta { margin: 0; color: var(--soft); unicode-bidi: isolate; }
.badge { display: inline-block; padding: 0 10px; border: 1px solid currentColor; border-radius: 99px; font-size: 14px; color: var(--failed); vertical-align: middle; }
section { margin-top: 56px; }
h2 { margin: 0 0 4px; font-size: 22px; letter-spacing: -.01em; }
h3 { margin: 0; font-size: 16px; }
code { overflow-wrap: anywhere; font: 14px ui-monospace, "DejaVu Sans Mono", monospace; }
.lead { margin: 0 0 20px; color: var(--soft); max-width: 84ch; }
.mode-full { --mode: var(--full); } .mode-session-id { --mode: var(--session-id); }
.mode-ticket { --mode: var(--ticket); } .mode-early-data { --mode: var(--early-data); }
.swatch { display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 3px; background: var(--mode); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }

.savings { list-style: none; margin: 0; padding: 0; }
.saving { display: grid; grid-template-columns: minmax(190px, 1.1fr) repeat(3, 1fr); gap: 24px; padding: 20px 24px; align-items: center; }
.saving + .saving { border-top: 1px solid var(--line); }
.saving .note { margin: 2px 0 0; color: var(--soft); font-size: 14px; }
.gain p { margin: 0; }
.gain .what { color: var(--soft); font-size: 14px; } .gain .what span { white-space: nowrap; }
.gain .change { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; }
.gain .bar { height: 8px; margin: 6px 0; border-radius: 99px; background: var(--faint); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
.gain .bar span { display: block; height: 100%; width: calc(var(--share) * 100%); border-radius: 99px; background: var(--mode); }
.gain .bar.tone-worse span { background: var(--worse); }
.tone-better { color: var(--better); } .tone-worse { color: var(--worse); } .tone-same { color: var(--ink); }
.unsaved { margin: 16px 0 0; padding: 0; list-style: none; color: var(--soft); }
.unsaved .tone-failed { color: var(--failed); font-weight: 600; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; white-space: nowrap; }
caption { caption-side: top; padding: 16px 24px 8px; text-align: left; color: var(--soft); font-size: 14px; white-space: normal; }
th, td { padding: 9px 12px; text-align: left; font-weight: 400; unicode-bidi: isolate; }
th:first-child, td:first-child { padding-left: 24px; } th:last-child, td:last-child { padding-right: 24px; }
thead th { color: var(--soft); font-size: 14px; border-bottom: 1px solid var(--line); }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--line); }
tbody tr:hover > * { background: var(--faint); }
.number { text-align: right; } .absent { color: var(--soft); }
tr.never td.number:last-child { color: var(--soft); }
tbody th[scope="row"] { font-weight: 600; }
tbody tr:last-child > * { padding-bottom: 14px; }
.spark { width: 88px; height: 22px; vertical-align: middle; overflow: visible; }
.spark polyline { fill: none; stroke: var(--mode); stroke-width: 1.75; stroke-linejoin: round; }
.spark circle { fill: var(--mode); }

.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 20px; }
figure { margin: 0; padding: 20px 20px 12px; }
figcaption { margin-bottom: 8px; } figcaption p { margin: 0; color: var(--soft); font-size: 14px; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; }
.axis line { stroke: var(--line); } .axis text { fill: var(--soft); }
.curve { fill: none; stroke: var(--mode); stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.curve.mode-full { stroke-dasharray: 1 5; stroke-width: 2.75; } .curve.mode-session-id { stroke-dasharray: 9 5; } .curve.mode-early-data { stroke-dasharray: 9 4 2 4; }
figure + figure { margin-top: 20px; } .charts figure { margin-top: 0; }
.over-time .honoured { fill: var(--mode); fill-opacity: .75; } .over-time .declined { fill: var(--worse); } .over-time .failed { fill: var(--failed); }
.over-time .cpu { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-linejoin: round; } .plot-title { fill: var(--soft); }
.events line { stroke: var(--ink); stroke-dasharray: 4 3; } .events text { fill: var(--ink); font-weight: 600; stroke: var(--card); stroke-width: 3px; paint-order: stroke; }
.legend { display: flex; gap: 20px; margin: 0; padding: 0; list-style: none; color: var(--soft); font-size: 14px; }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 2px; background: var(--mode); }
.legend .declined::before { background: repeating-linear-gradient(-45deg, var(--worse) 0 2px, transparent 2px 4px); } .legend .failed::before { background: var(--failed); }
.mark { fill: var(--card); stroke: var(--mode); stroke-width: 2; }
.names text { fill: var(--mode); font-weight: 600; }

.notices { list-style: none; margin: 0; padding: 0; }
.notices li { display: grid; grid-template-columns: 84px 1fr; gap: 12px; padding: 12px 24px; overflow-wrap: anywhere; }
.notices li + li { border-top: 1px solid var(--line); }
.severity { font-size: 14px; font-weight: 600; color: var(--soft); padding-top: 1px; }
.gate-failed { color: var(--failed); } .gate-inconclusive { color: var(--worse); } .gate-passed { color: var(--better); }
.severity-error { color: var(--failed); } .severity-warning { color: var(--worse); }
.facts { display: grid; grid-template-columns: minmax(130px, max-content) 1fr; gap: 10px 32px; margin: 0; padding: 20px 24px; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; } .facts dd p { margin: 0; }
details { margin-top: 16px; } summary { cursor: pointer; padding: 14px 24px; font-weight: 600; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--ticket); outline-offset: 2px; border-radius: 14px; }
footer { margin-top: 64px; padding-bottom: 48px; color: var(--soft); font-size: 14px; }
.why { white-space: normal; min-width: 22ch; }
@media (max-width: 760px) {
  header { padding-top: 32px; } main, header, footer { padding-left: 16px; padding-right: 16px; } h1 { font-size: 30px; }
  .saving { grid-template-columns: repeat(3, 1fr); gap: 16px; padding: 20px 16px; } .saving > :first-child { grid-column: 1 / -1; }
  .gain .change { font-size: 22px; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 12px; } .notices li { grid-template-columns: 1fr; gap: 0; }
  figure { overflow-x: auto; } .chart { min-width: 460px; } .over-time { min-width: 900px; }
}
${rowsAsLists('@media screen and (max-width: 760px)', 'table')}
${rowsAsLists('@media print', 'details table')}
@media print {
  body { background: none; font-size: 11pt; } main, header, footer { max-width: none; padding: 0; }
  header { padding-top: 0; } section { margin-top: 24pt; } h2, h3, .lead { break-after: avoid; }
  figure, .saving, tr, .notices li { break-inside: avoid; }
  .scroll { overflow: visible; } .charts { grid-template-columns: 1fr 1fr; }
  .chart { min-width: 0; } table { font-size: 7.5pt; white-space: normal; } thead { display: table-header-group; }
  th, td { padding: 2pt 3pt; } .number { white-space: nowrap; } .why { min-width: 14ch; }
  th:first-child, td:first-child { padding-left: 6pt; } th:last-child, td:last-child { padding-right: 6pt; }
  tbody th[scope="row"] { white-space: nowrap; } .spark { width: 44px; height: 11px; }
}
`;
