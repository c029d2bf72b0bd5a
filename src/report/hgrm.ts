import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { oneLine } from './safe-text.ts';

/**
 * The percentile distribution of every cell, in ms, in the format of HdrHistogram's plotter: a
 * section per cell.
 */
export const percentileReport = ({ cells }: RunSummary): string => {
  const sections = cells
    .filter((cell) => cell.honoured > 0)
    .map((cell) => `#[${oneLine(cell.id)}]\n${cell.handshakeNs.percentileText()}`);
  return sections.length === 0 ? '#[no handshake was honoured]\n' : sections.join('\n');
};
