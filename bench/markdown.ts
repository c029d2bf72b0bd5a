/** A Markdown table; everything but the first and the last column is set to the right. */
export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 || i === header.length - 1 ? ':--' : '--:'));
  return [line(header), line(rule), ...rows.map(line), ''].join('\n');
};

/** Nanoseconds as microseconds, to the tenth below 100 us. */
export const us = (ns: number): string => `${(ns / 1e3).toFixed(ns < 100e3 ? 1 : 0)} us`;

/** A ratio, and whether it keeps to what is wanted of it. */
export const judged = (ratio: number, isMet: boolean): string => `${ratio.toFixed(2)}${isMet ? '' : ' (missed)'}`;
