import type { BlockSummary, RunSummary } from '../analysis/summary/run-summary.ts';
import { LatencyHistogram, type HistogramLogEntry } from '../stats/histogram.ts';
import { oneLine } from './safe-text.ts';

/**
 * `histograms.hlog`: HdrHistogram's log, format 1.3, in ns; a line per block, tagged with its cell.
 *
 * Invalid blocks are left out as in the table, so that the lines of a tag add up to the table's
 * row.
 */
export const histogramLog = ({ run, blocks }: RunSummary): string =>
  LatencyHistogram.log(
    oneLine(`[resumark ${run.tool.version}, run ${run.id}: handshake time in ns, a tag per cell]`),
    Date.parse(run.startedAt),
    blocks.filter(({ block }) => block.valid && block.honoured > 0).map(entryOf),
  );

const entryOf = ({ block, summary }: BlockSummary): HistogramLogEntry => {
  const startUnixMs = Number(BigInt(block.startUnixNs) / 1_000_000n);
  return {
    tag: tagOf(block.cell),
    startUnixMs,
    endUnixMs: startUnixMs + block.durationNs / 1e6,
    histogram: summary.handshakeNs,
  };
};

/**
 * Labels of a scenario are valid tags; a foreign record may hold characters that break the log's
 * columns.
 */
const tagOf = (cell: string): string => oneLine(cell).replace(/[\s,]/gu, '_');
