import type { GateDecision } from '../domain/gate.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { blocksCsv, summaryCsv } from './csv.ts';
import { percentileReport } from './hgrm.ts';
import { histogramLog } from './hlog.ts';
import { runAnnotations, runBencher, runBenchmark, runJunit, type Judged } from './ci/formats.ts';
import { htmlReport } from './html/page.ts';
import { judgedJson } from './gate/judged-json.ts';
import { gateLines, gateMarkdown } from './gate/section.ts';
import { markdownReport } from './markdown.ts';
import { terminalReport, type TerminalStyle } from './terminal.ts';

/** The style of a table, and the decision on the run's gates where they were judged. */
export type RenderOptions = TerminalStyle & Judged;

const RENDERERS = {
  table: (run, options) => withGates(terminalReport(run, options), options.decision, gateLines),
  markdown: (run, { decision }) => withGates(markdownReport(run), decision, gateMarkdown),
  csv: summaryCsv,
  'blocks-csv': blocksCsv,
  json: judgedJson,
  hlog: histogramLog,
  hgrm: percentileReport,
  html: htmlReport,
  junit: runJunit,
  github: runAnnotations,
  benchmark: runBenchmark,
  bencher: runBencher,
} as const satisfies Record<string, (run: RunRecord, options: RenderOptions) => string>;

const withGates = (report: string, decision: GateDecision | undefined, lines: (decision: GateDecision) => string[]): string =>
  decision === undefined ? report : `${report}\n${lines(decision).join('\n')}\n`;

/** A format of a run. */
export type Format = keyof typeof RENDERERS;

/** All formats of a run. */
export const FORMATS = Object.keys(RENDERERS) as readonly Format[];

/** Renders a run, from nothing but its record, so that an old run renders like a new one. */
export const render = (run: RunRecord, format: Format, options: RenderOptions): string => RENDERERS[format](run, options);
