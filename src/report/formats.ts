import { compareStates, isCompared } from '../analysis/compare/states.ts';
import type { RunSummary } from '../analysis/summary/run-summary.ts';
import type { GateDecision } from '../domain/gate.ts';
import { runAnnotations, runBencher, runBenchmark, runJunit } from './ci/formats.ts';
import { blocksCsv, summaryCsv } from './run-csv.ts';
import { gateLines, gateMarkdown } from './gate/section.ts';
import { percentileReport } from './hgrm.ts';
import { histogramLog } from './hlog.ts';
import { htmlReport } from './html/page.ts';
import { runJson } from './json.ts';
import { markdownReport } from './markdown.ts';
import { terminalReport, type TerminalStyle } from './terminal.ts';

/** Additions to a report of a run. */
export interface RenderOptions {
  /** The style of a table on a terminal; default plain. */
  readonly style?: TerminalStyle;
  /** The decision on the run's gates; default the one in its record, if it was judged. */
  readonly decision?: GateDecision | undefined;
}

const RENDERERS = {
  table: (summary, { style, decision }) => withGates(terminalReport(summary, style), decision, gateLines),
  markdown: (summary, { decision }) => withGates(markdownReport(summary), decision, gateMarkdown),
  csv: summaryCsv,
  'blocks-csv': blocksCsv,
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

/** The files of a run folder beside its `run.json`. */
export const FOLDER_FILES: readonly (readonly [name: string, format: Format])[] = [
  ['summary.csv', 'csv'],
  ['blocks.csv', 'blocks-csv'],
  ['histograms.hlog', 'hlog'],
  ['report.html', 'html'],
  ['junit.xml', 'junit'],
];

/** Renders a run, from nothing but its record, so that an old run renders like a new one. */
export const render = (summary: RunSummary, format: Format, options: RenderOptions = {}): string =>
  RENDERERS[format](summary, { decision: summary.run.gates, ...options });
