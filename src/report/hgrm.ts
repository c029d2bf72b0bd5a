import { summarize } from '../analysis/summary/cell-summary.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { oneLine } from './safe-text.ts';

/**
 * The percentile distribution of every cell, in ms, in the format of HdrHistogram's plotter: a
 * section per cell.
 */
export const percentileReport = (run: RunRecord): string => {
  const sections = summarize(run)
    .filter((cell) => cell.honoured > 0)
    .map((cell) => `#[${oneLine(cell.id)}]\n${cell.handshakeNs.percentileText()}`);
  return sections.length === 0 ? '#[no handshake was honoured]\n' : sections.join('\n');
};
