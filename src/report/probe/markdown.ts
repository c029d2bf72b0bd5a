import type { FindingWeight } from '../../domain/probe-finding.ts';
import type { FleetMap, ProbeRecord } from '../../domain/probe-record.ts';
import { escaped, markdownTable } from '../markdown.ts';
import { addressClasses, type AddressClass } from './address-class.ts';
import { capacityLines } from './capacity-text.ts';
import { explainedSections, type ExplainedSection } from './explained.ts';
import { probeFacts } from './facts.ts';
import { expectationLines } from './expectation-text.ts';
import { findingSentence } from './finding-text.ts';
import { groupTable, mapSubject, matrixReading, matrixRows, matrixTable, predictionLines } from './fleet-map.ts';
import { probeHeadline } from './headline.ts';
import { TRIES_READING } from './tries-text.ts';
import { WATCH_READING, watchSection } from './watch-text.ts';

/** A probe in GitHub's Markdown: the result and the findings in sight, then the map, and the addresses folded. */
export const probeMarkdown = (record: ProbeRecord): string =>
  `${[
    [`### ${escaped(probeHeadline(record))}`],
    expectationItems(record),
    findingItems(record),
    ...(record.map === null ? [] : mapSections(record, record.map)),
    ...watchSections(record),
    capacityLines(record).map((line) => `- ${escaped(line)}`),
    ...addressClasses(record).flatMap(classSections),
    ...explainedSections(record).flatMap(explainedLines),
    [`<sub>${[...probeFacts(record), TRIES_READING].map(escaped).join(' · ')}</sub>`],
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

const MARK: Readonly<Record<FindingWeight, string>> = { problem: '❌', warning: '⚠️', information: 'ℹ️' };

const expectationItems = (record: ProbeRecord): string[] =>
  expectationLines(record.expectations, record).map((line) => `- ${escaped(line)}`);

const findingItems = (record: ProbeRecord): string[] =>
  record.findings.map((finding) => `- ${MARK[finding.weight]} ${finding.weight}: ${escaped(findingSentence(finding, record))}`);

const mapSections = (record: ProbeRecord, map: FleetMap): string[][] => {
  const rows = matrixRows(record, map);
  return [
    [`#### ${escaped(['Who resumes whom', mapSubject(map)].filter((text) => text !== '').join(': '))}`],
    rows.length === 0 ? [] : [...markdownTable(matrixTable(rows)), '', escaped(matrixReading(rows))],
    map.groups.length === 0 ? ['No address resumes anything.'] : markdownTable(groupTable(record, map)),
    predictionLines(map).map((line) => `- ${escaped(line)}`),
  ];
};

const watchSections = (record: ProbeRecord): string[][] => {
  const watched = watchSection(record);
  if (watched === undefined) return [];
  const { title, table, lines } = watched;
  const items = lines.map((line) => `- ${escaped(line)}`);
  if (table === undefined) return [[`#### ${escaped(title)}`], items];
  return [[`#### ${escaped(title)}`], markdownTable(table), items, [escaped(WATCH_READING)]];
};

const classSections = ({ title, table, lines }: AddressClass): string[][] => [
  [`#### ${escaped(title)}`],
  ['<details><summary>Details</summary>'],
  table.rows.length === 0 ? [] : markdownTable(table),
  lines.map((line) => `- ${escaped(line)}`),
  ['</details>'],
];

/** A list, as a fence could be closed by what a peer says. */
const explainedLines = ({ title, lines }: ExplainedSection): string[][] => [
  [`#### ${escaped(title)}`],
  lines.map((line) => `- ${escaped(line.trim())}`),
];
