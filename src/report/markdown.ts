import type { Notice } from '../domain/notice.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { agentsOf } from './agents.ts';
import { noticeText } from './text/notice.ts';
import { oneLine } from './safe-text.ts';
import { savingSentence } from './text/savings.ts';
import { resultTable, type Table } from './table.ts';

/** The report in GitHub's Markdown: the savings, the table and the warnings. */
export const markdownReport = (summary: RunSummary): string => {
  const result = resultTable(summary);
  const agents = agentsOf(summary.run);
  const sections = [
    [`### ${escaped(result.title)}`],
    result.savings.map((saving) => `- ${escaped(savingSentence(saving))}`),
    markdownTable(result.table),
    ...result.details.map(({ lines }) => lines.map((line) => `- ${escaped(line)}`)),
    agents === undefined ? [] : markdownTable(agents.table),
    [`<sub>${result.fixed.map(escaped).join(' · ')}</sub>`],
    summary.run.notices.filter(isWarning).map((notice) => `> ${escaped(noticeText(notice))}\n>`),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n').replace(/\n>$/u, ''))
    .join('\n\n')}\n`;
};

/** A table in GitHub's Markdown; nothing where no column is left. */
export const markdownTable = ({ columns, rows }: Table): string[] =>
  columns.length === 0
    ? []
    : [
        row(columns.map((column) => escaped(column.head))),
        row(columns.map((column) => (column.align === 'right' ? '--:' : ':--'))),
        ...rows.map((cells) => row(cells.map(escaped))),
      ];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const isWarning = (notice: Notice): boolean => notice.severity !== 'info';

/**
 * Escapes text: what a peer sends must not become markup, a mention, an issue reference or a link.
 */
export const escaped = (text: string): string =>
  oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]~|#$]/gu, (sign) => `\\${sign}`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;&#47;')
    .replace(/\bwww\./giu, (link) => `${link.slice(0, 3)}&#46;`);
