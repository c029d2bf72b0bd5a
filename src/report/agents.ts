import { agentSummaries, type AgentSummary } from '../analysis/summary/agent-summary.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { Column, Table } from './table.ts';
import { ABSENT, counted, formatDuration, formatRate, grouped } from './text/units.ts';

/** The machines that loaded together, in a line and in a table; undefined where the run's own did alone. */
export interface AgentsShown {
  readonly line: string;
  readonly table: Table;
}

export const agentsOf = (run: RunRecord): AgentsShown | undefined => {
  const agents = agentSummaries(run);
  return agents.length === 0 ? undefined : { line: lineOf(agents), table: tableOf(agents) };
};

/** `3 agents: 1,200 to 1,310 handshakes each, start skew 7.0 ms (median) and 12.0 ms (worst); b late`. */
const lineOf = (agents: readonly AgentSummary[]): string => {
  const faulty = agents.flatMap(({ agent }) => (agent.faults.length === 0 ? [] : [`${agent.name} ${faultsText({ agent })}`]));
  const parts = [`${counted(agents.length, 'agent')}: ${handshakesText(agents)}${skewText(agents)}`, ...faulty];
  return parts.join('; ');
};

const handshakesText = (agents: readonly AgentSummary[]): string => {
  const counts = agents.map(({ handshakes }) => handshakes);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${counted(most, 'handshake')} each` : `${grouped(least)} to ${counted(most, 'handshake')} each`;
};

/** The median machine's median, of two the later one's, and the worst of all; nothing where no window was whole. */
const skewText = (agents: readonly AgentSummary[]): string => {
  const medians = agents.flatMap(({ medianSkewNs }) => medianSkewNs ?? []).toSorted((a, b) => a - b);
  const worst = agents
    .flatMap(({ worstSkewNs }) => worstSkewNs ?? [])
    .toSorted((a, b) => a - b)
    .at(-1);
  if (medians.length === 0) return '';
  return `, start skew ${formatDuration(medians[Math.floor(medians.length / 2)])} (median) and ${formatDuration(worst)} (worst)`;
};

const COLUMNS: readonly (readonly [head: string, text: (summary: AgentSummary) => string])[] = [
  ['agent', ({ agent }) => agent.name],
  ['cores', ({ agent }) => grouped(agent.cores)],
  ['workers', ({ agent }) => grouped(agent.workers)],
  ['handshakes', ({ handshakes }) => grouped(handshakes)],
  ['rate', ({ ratePerSecond }) => formatRate(ratePerSecond)],
  ['client CPU', ({ cpuClientNs }) => formatDuration(cpuClientNs)],
  ['start skew', ({ medianSkewNs }) => formatDuration(medianSkewNs)],
  ['worst', ({ worstSkewNs }) => formatDuration(worstSkewNs)],
  ['faults', (summary) => faultsText(summary)],
];

const faultsText = ({ agent }: Pick<AgentSummary, 'agent'>): string =>
  agent.faults.length === 0 ? ABSENT : agent.faults.map(({ kind }) => kind).join(', ');

const tableOf = (agents: readonly AgentSummary[]): Table => ({
  columns: COLUMNS.map(([head], i): Column => ({
    head,
    align: i === 0 || i === COLUMNS.length - 1 ? 'left' : 'right',
    reading: '',
    yields: 0,
  })),
  rows: agents.map((agent) => COLUMNS.map(([, text]) => text(agent))),
});
