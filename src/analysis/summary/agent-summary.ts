import type { AgentRecord } from '../../domain/agent-record.ts';
import type { BlockRecord, HostRecord, RunRecord } from '../../domain/run-record.ts';
import { ratioOf, sumOf } from '../../stats/descriptive.ts';

/** One machine's part of a run: of its valid blocks. `undefined` is what is not known. */
export interface AgentSummary {
  readonly agent: AgentRecord;
  /** Finished handshakes. */
  readonly handshakes: number;
  readonly ratePerSecond: number | undefined;
  /** Of its workers, per honoured handshake. */
  readonly cpuClientNs: number | undefined;
  /** Begin after the common start, over all blocks. */
  readonly medianSkewNs: number | undefined;
  readonly worstSkewNs: number | undefined;
}

/** Summarises the machines that loaded; none where the run's own did. */
export const agentSummaries = ({ agents = [], blocks }: RunRecord): AgentSummary[] =>
  agents.map((agent) => summaryOfAgent(agent, blocks));

interface PartOfBlock {
  readonly block: BlockRecord;
  readonly host: HostRecord;
}

const summaryOfAgent = (agent: AgentRecord, blocks: readonly BlockRecord[]): AgentSummary => {
  const parts = blocks.flatMap((block) =>
    block.hosts.filter((host) => host.agent === agent.name).map((host) => ({ block, host })),
  );
  const valid = parts.filter(({ block }) => block.valid);
  const skews = parts.flatMap(({ host }) => host.startSkewNs ?? []).toSorted((a, b) => a - b);
  const handshakes = sumOf(valid, ({ host }) => host.handshakes ?? 0);
  return {
    agent,
    handshakes,
    ratePerSecond: ratioOf(handshakes, windowNsOf(valid) / 1e9),
    cpuClientNs: cpuPerHonoured(valid),
    medianSkewNs: skews[Math.floor(skews.length / 2)],
    worstSkewNs: skews.at(-1),
  };
};

/** Cells that share a window share its time. */
const windowNsOf = (parts: readonly PartOfBlock[]): number => {
  const windows = new Map(parts.map(({ block }) => [`${String(block.round)} ${String(block.position)}`, block.durationNs]));
  return sumOf([...windows.values()], (durationNs) => durationNs);
};

/** Unknown in one block is unknown: a part of the cost over all the handshakes would be too low. */
const cpuPerHonoured = (parts: readonly PartOfBlock[]): number | undefined => {
  const known = parts.flatMap(({ host }) => host.cpuClientNs ?? []);
  return known.length < parts.length
    ? undefined
    : ratioOf(
        sumOf(known, (ns) => ns),
        sumOf(parts, ({ host }) => host.honoured ?? 0),
      );
};
