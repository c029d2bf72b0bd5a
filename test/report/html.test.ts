import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/analysis/summary/cell-summary.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { GateDecision } from '../../src/domain/gate.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { render } from '../../src/report/formats.ts';
import { STYLE } from '../../src/report/html/style.ts';
import { markup, raw } from '../../src/report/html/markup.ts';
import { curveOf, rangeOf } from '../../src/report/html/percentile-curve.ts';
import { beforeAndAfter, fakeRun, hostile, troubled } from './fake-run.ts';

const page = (run: RunRecord): string => render(summarizeRun(run), 'html');

const PAGES = [
  ['before and after', page(beforeAndAfter())],
  ['trouble', page(troubled())],
  ['hostile', page(hostile())],
  ['nothing measured', page(fakeRun([{ blocks: 0 }], { status: 'running' }))],
] as const;

describe.each(PAGES)('the page of %s', (_, page) => {
  it('stands alone: it loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|\ssrc="|url\(|@import|https?:/u);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  });

  it('closes every element that it opens, in order', () => {
    const open: string[] = [];
    for (const [, close, name = '', attributes = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gu)) {
      if (['meta', 'link'].includes(name) || attributes.endsWith('/')) continue;
      if (close === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('has one first heading, and no heading that skips a level', () => {
    const levels = [...page.matchAll(/<h([1-6])/gu)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
  });
});

it('names the column in each cell, which is a line of its own on a narrow page', () => {
  for (const table of page(beforeAndAfter()).match(/<table>.*?<\/table>/gsu) ?? []) {
    const heads = [...table.matchAll(/<th scope="col"[^>]*>([^<]*)/gu)].map(([, head]) => head);
    for (const [row] of table.matchAll(/<tr(?! class="head)[^>]*>(?:(?!<\/tr>).)*<\/tr>/gsu)) {
      const cells = [...row.matchAll(/<(?:td|th scope="row")(?: data-head="([^"]*)")?/gu)].map(([, head]) => head);
      for (const [i, head] of cells.entries()) if (head !== undefined) expect(head).toBe(heads[i]);
      expect(cells.filter((head) => head === undefined).length).toBeLessThanOrEqual(1);
    }
  }
});

it('has the verdict on its gates before anything else, and the command to repeat the run', () => {
  const gates: GateDecision = { outcome: 'failed', results: [], alpha: 0.01, alphaPerLook: 0.01, rounds: 24, attempts: 1 };
  const html = page(beforeAndAfter({ gates, command: ['run', "it's.yaml", '--gate'] }));
  const places = ['gate-failed', 'To repeat the run', 'What resumption saves'].map((text) => html.lastIndexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(html).toContain(`<code>npx resumark run &#39;it&#39;\\&#39;&#39;s.yaml&#39; --gate --seed 7</code>`);
});

it('tells savings before it shows a table, and doubts between the two, errors first', () => {
  const html = page(
    troubled({
      notices: [
        { code: 'interrupted', severity: 'warning', blocks: 1, planned: 2 },
        { code: 'stopped-on-errors', severity: 'error', cell: 'x', errorShare: 0.6 },
      ],
    }),
  );
  const order = [
    'What resumption saves',
    'Warnings',
    'the run was stopped',
    'the run was interrupted',
    '<table',
    '<svg class="chart"',
  ];
  const places = order.map((text) => html.indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it('says in words what each picture shows', () => {
  const [label = ''] = /aria-label="after TLS 1\.2: [^"]+"/u.exec(page(beforeAndAfter())) ?? [];
  expect(label).toMatch(/full p50 1\.\d\d ms, p90 [^;]+; session-id p50 4\d\d µs, [^;]+; ticket p50 4\d\d µs/u);
});

it('escapes every value of a template, in text and in attributes, but not its own markup', () => {
  const value = `<b a="1" c='2'>&`;
  expect(markup`<i title="${value}">${value}</i>${raw('<hr>')}${[markup`<p>${1}</p>`]}`.text).toBe(
    '<i title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;</i><hr><p>1</p>',
  );
});

describe('percentile curves', () => {
  const cells = summarize(beforeAndAfter());
  const curves = cells.map(curveOf).filter((curve) => curve !== undefined);

  it('rise from the fastest handshake to the slowest, and mark the percentiles of the table', () => {
    for (const { cell, points, marks } of curves) {
      expect([points[0]?.ns, points.at(-1)?.ns]).toEqual([cell.handshakeNs.minNs, cell.handshakeNs.maxNs]);
      expect(points.map(({ ns }) => ns)).toEqual(points.map(({ ns }) => ns).toSorted((a, b) => a - b));
      expect(marks.map(({ ns }) => ns)).toEqual([0.5, 0.9, 0.99].map((p) => cell.handshakeNs.quantileNs(p)));
    }
  });

  it('are not drawn of what never happened, and lie in one range', () => {
    expect(curves).toHaveLength(cells.length - 1);
    expect(rangeOf(curves)?.minNs).toBe(Math.min(...curves.map(({ cell }) => cell.handshakeNs.minNs ?? 0)));
    expect(rangeOf([])).toBeUndefined();
  });

  it('of one handshake, or of many that took equally long, have a picture too', () => {
    for (const honoured of [1, 2]) expect(page(fakeRun([{ honoured, blocks: 1 }]))).not.toMatch(/NaN|Infinity/u);
  });
});

describe('colours', () => {
  const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme: dark)');
  const colours = (css: string): Record<string, string> =>
    Object.fromEntries([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/gu)].map(([, name = '', value = '']) => [name, value]));

  it('are given for both schemes', () => {
    expect(Object.keys(colours(dark))).toEqual(Object.keys(colours(light)));
  });

  it.each([
    ['light', colours(light)],
    ['dark', colours(dark)],
  ])('of text have the contrast that WCAG 2.2 AA asks for (4.5 to 1) in the %s scheme', (_, scheme) => {
    for (const ground of ['page', 'card', 'faint']) {
      for (const name of Object.keys(scheme).filter((one) => !['page', 'card', 'line', 'faint'].includes(one))) {
        expect(contrast(scheme[name] ?? '', scheme[ground] ?? ''), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});

/** WCAG 2.2, "contrast ratio". */
const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
