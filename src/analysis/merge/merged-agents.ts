import type { AgentFault, AgentRecord } from '../../domain/agent-record.ts';
import { INVALID } from '../../domain/invalid-reason.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import { compareText, type BlockPart, type NamedSource } from './merge-source.ts';
import type { SharedBlocks } from './shared-blocks.ts';
import { LEAST_OVERLAP, overlapOf } from './window-overlap.ts';

/** The machines of merged runs, with what was wrong with each. */
export const mergedAgents = (sources: readonly NamedSource[], blocks: SharedBlocks): AgentRecord[] =>
  sources
    .flatMap((source) => {
      const faults = firstOfEachKind([
        ...lossFaults(source, blocks),
        ...blocks.shared.flatMap((parts) => windowFaults(source, parts)),
      ]);
      return machinesOf(source).map((agent) => ({ ...agent, faults: firstOfEachKind([...agent.faults, ...faults]) }));
    })
    .toSorted((a, b) => compareText(a.name, b.name));

/** One machine, unless the run was itself one of several. */
const machinesOf = ({ run, name, agentOf }: NamedSource): AgentRecord[] => {
  if (run.agents !== undefined) return run.agents.map((agent) => ({ ...agent, name: agentOf({ agent: agent.name }) }));
  const { node, openssl, platform, kernel, cpu, cores } = run.environment;
  // Nothing tells the clocks of machines apart that have met only in their results.
  return [
    { name, node, openssl, platform, kernel, cpu, cores, workers: run.workers, sources: sourcesOf(run), clock: null, faults: [] },
  ];
};

const sourcesOf = ({ scenario: { connection } }: RunRecord): string[] => {
  const source: unknown =
    typeof connection === 'object' && connection !== null && 'source' in connection ? connection.source : [];
  return Array.isArray(source) ? source.filter((address) => typeof address === 'string') : [];
};

/** A run that has not ended as planned. One of several machines says itself which of them it has lost. */
const lossFaults = (source: NamedSource, { lacking }: SharedBlocks): AgentFault[] => {
  const { run } = source;
  const reason = lossReason(run);
  const isNamed = run.agents?.some(({ faults }) => faults.length > 0) === true && ['partial', 'stopped'].includes(run.status);
  if (reason === undefined || isNamed) return [];
  const { round, position } = lacking.get(source)?.first ?? run.blocks.at(-1) ?? { round: 0, position: 0 };
  return [{ kind: 'lost', round, position, reason }];
};

const lossReason = ({ status, blocks, notices }: RunRecord): string | undefined => {
  switch (status) {
    case 'complete':
      return undefined;
    case 'interrupted': {
      const planned = notices.find((notice) => notice.code === 'interrupted')?.planned;
      return `was interrupted after ${String(blocks.length)}${planned === undefined ? '' : ` of ${String(planned)}`} blocks`;
    }
    case 'running':
      return `has no end in its record, which has ${String(blocks.length)} blocks: it still runs, or was killed`;
    case 'stopped':
      return `stopped after ${String(blocks.length)} blocks because too many connections failed`;
    case 'partial':
      return `lost a part of its own load, and has ${String(blocks.length)} blocks`;
  }
};

const windowFaults = (source: NamedSource, parts: readonly BlockPart[]): AgentFault[] => {
  const own = parts.find((part) => part.source === source)?.block;
  if (own === undefined) return [];
  const { round, position } = own;
  const blocks = parts.map(({ block }) => block);
  const late = lateReason(own, blocks);
  return [
    ...(late === undefined ? [] : [{ kind: 'late', round, position, reason: late } as const]),
    ...(isUnreached(own, blocks)
      ? [{ kind: 'unreachable', round, position, reason: 'finished no handshake, while others did' } as const]
      : []),
  ];
};

/** Of windows that hardly overlap, the last one to begin is late. */
const lateReason = (own: BlockRecord, blocks: readonly BlockRecord[]): string | undefined => {
  const { share, startNs } = overlapOf(blocks);
  const skewNs = Number(BigInt(own.startUnixNs) - startNs);
  const isLast = blocks.every(({ startUnixNs }) => BigInt(startUnixNs) <= BigInt(own.startUnixNs));
  if (share >= LEAST_OVERLAP || !isLast) return undefined;
  return `began ${(skewNs / 1e9).toFixed(3)} s after the first, so that all machines loaded together in ${(share * 100).toFixed(0)}% of the time`;
};

const isUnreached = (own: BlockRecord, blocks: readonly BlockRecord[]): boolean =>
  own.invalidReason === INVALID.nothingFinished && blocks.some(({ handshakes }) => handshakes > 0);

/** In the order in which they were noticed. */
const firstOfEachKind = (faults: readonly AgentFault[]): AgentFault[] => {
  const sorted = faults.toSorted((a, b) => a.round - b.round || a.position - b.position);
  return sorted.filter(({ kind }, i) => sorted.findIndex((other) => other.kind === kind) === i);
};
