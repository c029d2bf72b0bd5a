import * as hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import { percentileFiles } from '../../src/report/hgrm.ts';
import { histogramLog, histogramLogs } from '../../src/report/hlog.ts';
import { curveOf } from '../../src/report/html/percentile-curve.ts';
import { render } from '../../src/report/formats.ts';
import { beforeAndAfter } from './fake-run.ts';
import { openMix } from './fake-open-run.ts';

/** In its last round the starts were 80 ms late: 81 ms of response time around handshakes of 1 ms. */
const summary = summarizeRun(openMix());
const LATE_NS = 80e6;

const histogramsOf = (log: string, tag: string): hdr.Histogram[] => {
  const reader = new hdr.HistogramLogReader(log);
  const found: hdr.Histogram[] = [];
  for (let line = reader.nextIntervalHistogram(); line !== null; line = reader.nextIntervalHistogram())
    if (line.tag === tag) found.push(line);
  return found;
};

/** The rows of a percentile distribution, as HdrHistogram's plotter reads them: every line of four numbers. */
const plotted = (text: string): { readonly x: number; readonly y: number }[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/ +/u))
    .filter((values) => values.length === 4 && !values[0]?.startsWith('#'))
    .map(([y, , , x]) => ({ x: Number(x), y: Number(y) }))
    .filter(({ x, y }) => !Number.isNaN(x) && !Number.isNaN(y));

describe('under a schedule', () => {
  it.each(summary.cells)('every distribution of $id is the response time', (cell) => {
    const slowest = cell.schedule?.responseNs.maxNs ?? 0;
    expect(slowest).toBeGreaterThan(LATE_NS);
    expect(curveOf(cell)?.points.at(-1)?.ns).toBe(slowest);
    const lines = histogramsOf(histogramLog(summary), cell.id);
    expect(Math.max(...lines.map((line) => line.maxValue))).toBeGreaterThanOrEqual(slowest);
    const text = percentileFiles(summary).find(({ name }) => name === `${cell.id}.hgrm`)?.text ?? '';
    expect(Math.max(...plotted(text).map(({ y }) => y))).toBeCloseTo(slowest / 1e6, 0);
  });

  it('the handshake time stands beside it, under a name of its own', () => {
    for (const { id, handshakeNs } of summary.cells) {
      const lines = histogramsOf(histogramLog(summary), `${id}.handshake`);
      expect(lines.reduce((sum, { totalCount }) => sum + totalCount, 0)).toBe(handshakeNs.count);
    }
  });

  it('the page says which time its curves show, and histories keep both', () => {
    expect(render(summary, 'html')).toContain('Response time by percentile: from the intended start');
    expect(render(summary, 'benchmark')).toContain('response.p99');
  });
});

describe('a file per cell', () => {
  const measured = summarizeRun(beforeAndAfter());

  it('is one curve in the plotter, which only rises', () => {
    const files = percentileFiles(measured);
    expect(files.map(({ name }) => name)).toEqual(
      measured.cells.filter(({ honoured }) => honoured > 0).map(({ id }) => `${id}.hgrm`),
    );
    for (const { text } of files) {
      const points = plotted(text);
      expect(points.length).toBeGreaterThan(10);
      for (const [i, { x, y }] of points.entries()) {
        expect(x).toBeGreaterThanOrEqual(points[i - 1]?.x ?? 0);
        expect(y).toBeGreaterThanOrEqual(points[i - 1]?.y ?? 0);
      }
    }
  });

  it('of a log has the lines of its tag alone', () => {
    for (const { name, text } of histogramLogs(measured)) expect(hdr.listTags(text)).toEqual([name.replace('.hlog', '')]);
  });

  it('has no path in its name, whatever the record says', () => {
    const cells = measured.run.cells.map((cell) => ({ ...cell, id: `../../${cell.id}/x` }));
    const blocks = measured.run.blocks.map((block) => ({ ...block, cell: `../../${block.cell}/x` }));
    for (const { name } of percentileFiles(summarizeRun({ ...measured.run, cells, blocks })))
      expect(name).toMatch(/^[\w-][\w.-]*$/u);
  });
});
