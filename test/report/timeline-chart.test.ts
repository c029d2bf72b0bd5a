import { describe, expect, it } from 'vitest';
import { timelinesOf } from '../../src/analysis/timeline/intervals.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { render } from '../../src/report/formats.ts';
import { columnsOf } from '../../src/report/html/timeline-columns.ts';
import { fakeRun } from './fake-run.ts';
import { fakeEvent, renewedFleet, timelineRun, times, type FakeInterval } from './fake-timeline.ts';

const html = (run: RunRecord): string => render(summarizeRun(run), 'html');

/** The charts over time of a page, by their words. */
const labelsOf = (run: RunRecord): string[] =>
  [...html(run).matchAll(/class="chart over-time[^>]*aria-label="([^"]*)"/gu)].map(([, label = '']) => label);

describe('the chart of a window over time', () => {
  it('is not there where nothing was counted over time', () => {
    expect(labelsOf(fakeRun([{}]))).toEqual([]);
    expect(html(fakeRun([{}]))).not.toContain('Over time');
  });

  it('says in words what it shows', () => {
    expect(labelsOf(renewedFleet())[1]).toBe(
      'server TLS 1.2 ticket: ticket handshakes in 40 intervals of 500 ms; honoured 0% to 100%; 0/s to 400/s honoured; server CPU 21% to 60% of a core; renew at 10.0 s; stop node 2 at 18.0 s; start node 2 failed at 19.0 s',
    );
  });

  it('marks each event by its name', () => {
    expect(html(renewedFleet()).match(/>(renew|stop node 2|start node 2 failed)<\/text>/gu)).toHaveLength(6);
  });

  it('has no place for CPU time that is not known at all', () => {
    expect(html(timelineRun([{ intervals: times(5, { honoured: 9, cores: null }) }]))).not.toContain('server CPU, of a core');
  });

  it('stays one of twelve, those with events among them', () => {
    const cells = Array.from({ length: 15 }, (_, i) => ({ state: `s${String(i)}`, intervals: times(3, { honoured: 10 }) }));
    const run = timelineRun(cells, [fakeEvent('renew', 1, { state: 's14' })]);
    const labels = labelsOf(run);
    expect(labels).toHaveLength(12);
    expect(labels.at(-1)).toMatch(/^s14 .*; renew at 1\.0 s$/u);
    expect(html(run)).toContain('3 more windows of a cell: see timeline.csv');
  });
});

describe('its columns', () => {
  const columns = (intervals: readonly FakeInterval[], durationNs?: number) => {
    const run = timelineRun([{ intervals }]);
    const blocks = run.blocks.map((block) => ({ ...block, durationNs: durationNs ?? block.durationNs }));
    return timelinesOf({ ...run, blocks }).flatMap(columnsOf);
  };

  it('are rates by outcome, and cores', () => {
    expect(columns([{ honoured: 5, declined: 2, failed: 1, cores: 0.3 }])).toEqual([
      { startNs: 0, endNs: 1e9, honoured: 5, declined: 2, failed: 1, cores: 0.3 },
    ]);
  });

  it('are joined where there are more than can be distinguished', () => {
    const joined = columns([...times(1000, { honoured: 2, cores: 0.5 }), { honoured: 2, cores: null }]);
    expect(joined).toHaveLength(334);
    expect(joined[0]).toMatchObject({ startNs: 0, endNs: 3e9, honoured: 2, cores: expect.closeTo(0.5, 9) as number });
  });

  it('leave out the last instants after the end of the window', () => {
    expect(columns([...times(3, { honoured: 100 }), { honoured: 1 }], 3.002e9)).toHaveLength(3);
  });
});
