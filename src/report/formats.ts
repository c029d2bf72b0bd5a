import type { RunRecord } from '../domain/run-record.ts';
import { blocksCsv, summaryCsv } from './csv.ts';
import { percentileReport } from './hgrm.ts';
import { histogramLog } from './hlog.ts';
import { htmlReport } from './html.ts';
import { runJson } from './json.ts';
import { markdownReport } from './markdown.ts';
import { terminalReport, type TerminalStyle } from './terminal.ts';

/** What only the terminal's table takes account of. */
export type RenderOptions = TerminalStyle;

const RENDERERS = {
  table: terminalReport,
  markdown: markdownReport,
  csv: summaryCsv,
  'blocks-csv': blocksCsv,
  json: runJson,
  hlog: histogramLog,
  hgrm: percentileReport,
  html: htmlReport,
} as const satisfies Record<string, (run: RunRecord, options: RenderOptions) => string>;

export type Format = keyof typeof RENDERERS;

export const FORMATS = Object.keys(RENDERERS) as readonly Format[];

/** Renders a run. Every format comes from the record alone, so an old run renders like a new one. */
export const render = (run: RunRecord, format: Format, options: RenderOptions): string => RENDERERS[format](run, options);
