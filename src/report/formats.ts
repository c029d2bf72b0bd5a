import { compareStates, isCompared } from '../analysis/compare/states.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import type { GateDecision } from '../domain/gate.ts';
import { runAnnotations, runBencher, runBenchmark, runJunit } from './ci/formats.ts';
import { blocksCsv, summaryCsv } from './run-csv.ts';
import type { DecimalSign } from './csv.ts';
import { gateLines, gateMarkdown } from './gate/section.ts';
import { percentileFiles, percentileReport } from './hgrm.ts';
import { histogramLog, histogramLogs } from './hlog.ts';
import { htmlReport } from './html/page.ts';
import { printableJson, runJson } from './json.ts';
import { markdownReport } from './markdown.ts';
import type { NamedText } from './named-text.ts';
import { terminalReport, type TerminalStyle } from './terminal.ts';
import { timelineCsv } from './timeline-csv.ts';

/** Additions to a report of a run. */
export interface RenderOptions {
  /** The sign before fractions in CSV; default a point, with commas between values. */
  readonly decimal?: DecimalSign;
  /** The style of a table on a terminal; default plain. */
  readonly style?: TerminalStyle;
  /** The decision on the run's gates; default the one in its record, if it was judged. */
  readonly decision?: GateDecision | undefined;
}

const RENDERERS = {
  table: (summary, { style, decision }) => withGates(terminalReport(summary, style), decision, gateLines),
  markdown: (summary, { decision }) => withGates(markdownReport(summary), decision, gateMarkdown),
  csv: (summary, { decimal }) => summaryCsv([summary], decimal),
  'blocks-csv': (summary, { decimal }) => blocksCsv([summary], decimal),
  'timeline-csv': (summary, { decimal }) => timelineCsv([summary], decimal),
  json: ({ run }, { decision }) => runJson(run, decision),
  hlog: histogramLog,
  hgrm: percentileReport,
  html: (summary, { decision }) => htmlReport(summary, isCompared(summary.run) ? compareStates(summary) : [], decision),
  junit: (summary, { decision }) => runJunit(summary, decision),
  github: (summary, { decision }) => runAnnotations(summary, decision),
  benchmark: runBenchmark,
  bencher: runBencher,
} as const satisfies Record<string, (summary: RunSummary, options: RenderOptions) => string>;

const withGates = (report: string, decision: GateDecision | undefined, lines: (decision: GateDecision) => string[]): string =>
  decision === undefined ? report : `${report}\n${lines(decision).join('\n')}\n`;

/** A format of a run. */
export type Format = keyof typeof RENDERERS;

/** All formats of a run. */
export const FORMATS = Object.keys(RENDERERS) as readonly Format[];

/** A file of a run folder. */
type FolderFile = readonly [name: string, format: Format];

/** The files of a run folder beside its `run.json`. */
export const folderFiles = ({ run }: RunSummary): readonly FolderFile[] =>
  run.blocks.some(({ timeline }) => timeline !== undefined) ? [...FOLDER_FILES, ['timeline.csv', 'timeline-csv']] : FOLDER_FILES;

const FOLDER_FILES: readonly FolderFile[] = [
  ['summary.csv', 'csv'],
  ['blocks.csv', 'blocks-csv'],
  ['histograms.hlog', 'hlog'],
  ['report.html', 'html'],
  ['junit.xml', 'junit'],
];

/** Renders a run, from nothing but its record, so that an old run renders like a new one. */
export const render = (summary: RunSummary, format: Format, options: RenderOptions = {}): string =>
  RENDERERS[format](summary, { decision: summary.run.gates, ...options });

/** Formats that hold several runs in one document: a text after another, rows below each other, a list. */
const COMBINERS: Partial<Readonly<Record<Format, (summaries: readonly RunSummary[], options: RenderOptions) => string>>> = {
  table: (summaries, options) => summaries.map((summary) => render(summary, 'table', options)).join('\n'),
  markdown: (summaries, options) => summaries.map((summary) => render(summary, 'markdown', options)).join('\n'),
  github: (summaries, options) => summaries.map((summary) => render(summary, 'github', options)).join(''),
  csv: (summaries, { decimal }) => summaryCsv(summaries, decimal),
  'blocks-csv': (summaries, { decimal }) => blocksCsv(summaries, decimal),
  'timeline-csv': (summaries, { decimal }) => timelineCsv(summaries, decimal),
  json: (summaries) => printableJson(summaries.map(({ run }) => run)),
};

/** The formats that hold several runs. */
export const COMBINED_FORMATS = FORMATS.filter((format) => format in COMBINERS);

/** Renders several runs as one document; `undefined` for a format that holds one run. */
export const renderAll = (summaries: readonly RunSummary[], format: Format, options: RenderOptions = {}): string | undefined =>
  COMBINERS[format]?.(summaries, options);

/** Formats that consist of a file per cell, beside the one document that holds all of them. */
const SPLITTERS = { hgrm: percentileFiles, hlog: histogramLogs } as const;

export type SplitFormat = keyof typeof SPLITTERS;

export const isSplitFormat = (format: Format): format is SplitFormat => Object.hasOwn(SPLITTERS, format);

/** Renders a file per cell. */
export const renderFiles = (summary: RunSummary, format: SplitFormat): NamedText[] => SPLITTERS[format](summary);
