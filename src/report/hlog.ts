import type { BlockSummary, RunSummary } from '../analysis/summary/run-summary.ts';
import { LatencyHistogram, type HistogramLogEntry } from '../stats/histogram.ts';
import { distributionsOf } from './distributions.ts';
import { fileName, type NamedText } from './named-text.ts';
import { oneLine } from './safe-text.ts';

/**
 * `histograms.hlog`: HdrHistogram's log, format 1.3, in ns; a line per block, tagged with its cell.
 * Under a schedule these are response times, and a second tag of each cell has the handshake times.
 *
 * Invalid blocks are left out as in the table, so that the lines of a tag add up to the table's
 * row.
 */
export const histogramLog = (summary: RunSummary): string => logOf(summary, entriesOf(summary));

/** A log per tag. */
export const histogramLogs = (summary: RunSummary): NamedText[] => {
  const entries = entriesOf(summary);
  return [...new Set(entries.map(({ tag }) => tag))].map((tag) => ({
    name: fileName(tag, 'hlog'),
    text: logOf(
      summary,
      entries.filter((entry) => entry.tag === tag),
    ),
  }));
};

const logOf = ({ run, blocks }: RunSummary, entries: readonly HistogramLogEntry[]): string =>
  LatencyHistogram.log(
    oneLine(`[resumark ${run.tool.version}, run ${run.id}: ${contentOf(blocks)}]`),
    Date.parse(run.startedAt),
    entries,
  );

const contentOf = (blocks: readonly BlockSummary[]): string =>
  blocks.some(({ summary }) => summary.schedule !== undefined)
    ? 'response time in ns, a tag per cell; handshake time under the tags that end in .handshake'
    : 'handshake time in ns, a tag per cell';

const entriesOf = ({ blocks }: RunSummary): HistogramLogEntry[] =>
  blocks.filter(({ block }) => block.valid && block.honoured > 0).flatMap(entriesOfBlock);

const entriesOfBlock = ({ block, summary }: BlockSummary): HistogramLogEntry[] => {
  const startUnixMs = Number(BigInt(block.startUnixNs) / 1_000_000n);
  return distributionsOf(summary).map(({ suffix, histogram }) => ({
    tag: `${tagOf(block.cell)}${suffix}`,
    startUnixMs,
    endUnixMs: startUnixMs + block.durationNs / 1e6,
    histogram,
  }));
};

/**
 * Labels of a scenario are valid tags; a foreign record may hold characters that break the log's
 * columns.
 */
const tagOf = (cell: string): string => oneLine(cell).replace(/[\s,]/gu, '_');
