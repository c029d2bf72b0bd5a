import { expect, it } from 'vitest';
import { mergeRuns } from '../../src/analysis/merge/merge-runs.ts';
import { agentSummaries } from '../../src/analysis/summary/agent-summary.ts';
import { summarizeRun } from '../../src/analysis/summary/run-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { render } from '../../src/report/formats.ts';
import { fakeMachine } from '../analysis/merge/fake-sources.ts';
import { fakeRun, HOSTILE } from './fake-run.ts';

const block = () => ({ durationNs: 2e9 });

const merged = (...names: string[]): RunRecord =>
  mergeRuns(names.map((folder, i) => fakeMachine({ folder, laterMs: 4 * i, block })));

it('agents are summarised by what each did, over the time of the windows', () => {
  const summaries = agentSummaries(merged('a', 'b', 'c'));
  expect(summaries.map(({ agent, ...summary }) => [agent.name, summary])).toEqual(
    ['a', 'b', 'c'].map((name, i) => [
      name,
      {
        handshakes: 6 * 160,
        ratePerSecond: 160 / 2.008,
        cpuClientNs: 400_000,
        medianSkewNs: 4e6 * i,
        worstSkewNs: 4e6 * i,
      },
    ]),
  );
});

it('agents are a line on the terminal, and a table in Markdown and on the page', () => {
  const summary = summarizeRun(merged('a', 'b', 'c'));
  expect(render(summary, 'table')).toContain(
    '\n3 agents: 960 handshakes each, start skew 4.00 ms (median) and 8.00 ms (worst)\n',
  );
  expect(render(summary, 'markdown')).toContain('| b | 4 | 2 | 960 | 79.7/s | 400 µs | 4.00 ms | 4.00 ms | - |');
  const page = render(summary, 'html');
  expect(page).toMatch(/<h2>Agents<\/h2>[\s\S]*<th scope="row">b<\/th>\n<td data-head="cores" class="number">4<\/td>/u);
  expect(page).toContain('a, b, c: Fake CPU, 4 cores, linux-x64');
});

it('agents with a fault are named', () => {
  const run = mergeRuns([fakeMachine({ folder: 'a', block }), fakeMachine({ folder: 'b', laterMs: 500, block })]);
  const summary = summarizeRun(run);
  expect(render(summary, 'table')).toMatch(/^2 agents: 0 handshakes each, .*; b late$/mu);
  expect(render(summary, 'markdown')).toMatch(/^\| b \|.*\| late \|$/mu);
});

it('a run that was interrupted before its first window has no empty table, and no skew', () => {
  const both = merged('a', 'b');
  const run = { ...both, blocks: [], cells: both.cells.slice(0, 1) };
  const table = render(summarizeRun(run), 'table');
  expect(table).toMatch(/\n\n2 agents: 0 handshakes each\n/u);
  expect(table).not.toContain('\n\n\n');
  expect(render(summarizeRun(run), 'markdown')).not.toMatch(/^\|\s*\|$/mu);
});

it('agents are not shown where the machine of the run loaded alone', () => {
  const summary = summarizeRun(fakeRun([{}]));
  for (const format of ['table', 'markdown', 'html'] as const) expect(render(summary, format)).not.toMatch(/agents/iu);
});

it('agents with hostile names become no markup', () => {
  const run = merged('a', 'b');
  const named = { ...run, agents: run.agents?.map((agent) => ({ ...agent, name: HOSTILE })) };
  const summary = summarizeRun(named);
  expect(render(summary, 'html')).not.toContain('<img src=x');
  expect(render(summary, 'markdown')).not.toMatch(/[^&]<img/u);
});
