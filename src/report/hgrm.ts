import { summarize } from '../analysis/summary.ts';
import type { RunRecord } from '../domain/run-record.ts';

/** The percentile distribution of every cell, values in ms, as HdrHistogram's plotters read it: one section per cell. */
export const percentileReport = (run: RunRecord): string =>
  summarize(run)
    .filter((cell) => cell.honoured > 0)
    .map((cell) => `#[${cell.id}]\n${cell.handshakeNs.percentileText()}`)
    .join('\n');
