import type { Notice } from '../domain/notice.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { noticeText } from './text/notice.ts';
import { oneLine } from './safe-text.ts';
import { savingSentence } from './text/savings.ts';
import { resultTable, type Table } from './table.ts';

/** The result as GitHub's Markdown: the savings first, then the table, and what casts doubt on it. */
export const markdownReport = (summary: RunSummary): string => {
  const result = resultTable(summary);
  const sections = [
    [`### ${escaped(result.title)}`],
    result.savings.map((saving) => `- ${escaped(savingSentence(saving))}`),
    markdownTable(result.table),
    ...result.told.map(({ lines }) => lines.map((line) => `- ${escaped(line)}`)),
    [`<sub>${result.fixed.map(escaped).join(' · ')}</sub>`],
    summary.run.notices.filter(isDoubt).map((notice) => `> ${escaped(noticeText(notice))}\n>`),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n').replace(/\n>$/u, ''))
    .join('\n\n')}\n`;
};

/** A table of GitHub's Markdown. */
export const markdownTable = ({ columns, rows }: Table): string[] => [
  row(columns.map((column) => escaped(column.head))),
  row(columns.map((column) => (column.align === 'right' ? '--:' : ':--'))),
  ...rows.map((cells) => row(cells.map(escaped))),
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const isDoubt = (notice: Notice): boolean => notice.severity !== 'info';

/** What a peer says must become neither markup nor a mention, an issue or a link of GitHub's. */
export const escaped = (text: string): string =>
  oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]~|#$]/gu, (sign) => `\\${sign}`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;&#47;')
    .replace(/\bwww\./giu, (link) => `${link.slice(0, 3)}&#46;`);
