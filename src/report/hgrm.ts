import type { RunSummary } from '../analysis/summary/run-summary.ts';
import { distributionsOf, type Distribution } from './distributions.ts';
import { fileName, type NamedText } from './named-text.ts';
import { oneLine } from './safe-text.ts';

/**
 * The percentile distribution of every cell, in ms, in the format of HdrHistogram's plotter: a
 * section per cell. The plotter reads one section per file: see {@link percentileFiles}.
 */
export const percentileReport = (summary: RunSummary): string => {
  const sections = sectionsOf(summary).map(({ id, distribution }) => sectionText(id, distribution));
  return sections.length === 0 ? '#[no handshake was honoured]\n' : sections.join('\n');
};

/** A file per cell, and under a schedule another with its handshake times. */
export const percentileFiles = (summary: RunSummary): NamedText[] =>
  sectionsOf(summary).map(({ id, distribution }) => ({
    name: fileName(`${id}${distribution.suffix}`, 'hgrm'),
    text: sectionText(id, distribution),
  }));

interface Section {
  readonly id: string;
  readonly distribution: Distribution;
}

const sectionsOf = ({ cells }: RunSummary): Section[] =>
  cells
    .filter((cell) => cell.honoured > 0)
    .flatMap((cell) => distributionsOf(cell).map((distribution) => ({ id: cell.id, distribution })));

const sectionText = (id: string, { name, histogram }: Distribution): string =>
  `#[${oneLine(id)}, ${name} in ms]\n${histogram.percentileText()}`;
