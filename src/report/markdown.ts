import type { Notice } from '../domain/notice.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { noticeText } from './notice-text.ts';
import { oneLine } from './safe-text.ts';
import { resultTable, type Table } from './table.ts';

/** The result as GitHub's Markdown. */
export const markdownReport = (run: RunRecord): string => {
  const result = resultTable(run);
  return [
    `### ${escaped(result.title)}`,
    '',
    ...markdownTable(result.table),
    '',
    ...result.savings.map((sentence) => `- ${escaped(sentence)}`),
    '',
    `<sub>${escaped(result.fixed.join(' · '))}</sub>`,
    '',
    ...run.notices.filter(isWorthReading).map((notice) => `> ${escaped(noticeText(notice))}\n`),
  ].join('\n');
};

const markdownTable = ({ columns, rows }: Table): string[] => [
  row(columns.map((column) => escaped(column.head))),
  row(columns.map((column) => (column.align === 'right' ? '--:' : ':--'))),
  ...rows.map((cells) => row(cells.map(escaped))),
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const isWorthReading = (notice: Notice): boolean => notice.severity !== 'info';

/** What a peer says must not become markup. */
const escaped = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>|#&]/gu, (letter) => `\\${letter}`);
