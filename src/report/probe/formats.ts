import type { ProbeRecord } from '../../domain/probe-record.ts';
import type { DecimalSign } from '../csv.ts';
import type { TerminalStyle } from '../terminal.ts';
import { probeCsv } from './csv.ts';
import { probeHtml } from './html.ts';
import { probeJson } from './json.ts';
import { probeMarkdown } from './markdown.ts';
import { probeAsSClient } from './s-client.ts';
import { probeText } from './text.ts';

/** How a probe is shown. */
export interface ProbeRenderOptions extends TerminalStyle {
  /** The sign before fractions in CSV; default a point, with commas between values. */
  readonly decimal?: DecimalSign;
}

const RENDERERS = {
  table: probeText,
  json: probeJson,
  csv: (record, { decimal }) => probeCsv(record, decimal),
  markdown: probeMarkdown,
  html: probeHtml,
  s_client: probeAsSClient,
} as const satisfies Record<string, (record: ProbeRecord, options: ProbeRenderOptions) => string>;

/** A format of a probe. */
export type ProbeFormat = keyof typeof RENDERERS;

/** All formats of a probe. */
export const PROBE_FORMATS = Object.keys(RENDERERS) as readonly ProbeFormat[];

/** Renders a probe, from nothing but its record. */
export const renderProbe = (record: ProbeRecord, format: ProbeFormat, options: ProbeRenderOptions = {}): string =>
  RENDERERS[format](record, options);
