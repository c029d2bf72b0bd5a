import type { Recording, RunRecord } from '../domain/run-record.ts';
import { LatencyHistogram, type HistogramLogEntry } from '../stats/histogram.ts';

/** `histograms.hlog`: HdrHistogram's log, format 1.3, in ns; a line per block, tagged with its cell. */
export const histogramLog = (run: RunRecord): string =>
  LatencyHistogram.log(
    `[resumark ${run.tool.version}, run ${run.id}: handshake time in ns, a tag per cell]`,
    Date.parse(run.startedAt),
    run.blocks.filter((block) => block.honoured > 0).map(entryOf),
  );

const entryOf = (block: Recording): HistogramLogEntry => {
  const startUnixMs = Number(BigInt(block.startUnixNs) / 1_000_000n);
  return {
    tag: block.cell,
    startUnixMs,
    endUnixMs: startUnixMs + block.durationNs / 1e6,
    histogram: LatencyHistogram.decode(block.handshakeNs),
  };
};
