import type { BlockRecord, HostRecord, RunRecord } from '../../domain/run-record.ts';

/** A run to be merged with others. */
export interface MergeSource {
  /** Path of its folder, as it was given. */
  readonly folder: string;
  readonly run: RunRecord;
}

/** A run whose machines have names that no other has. */
export interface NamedSource extends MergeSource {
  readonly name: string;
  /** Name of a machine of this run among those of all. */
  readonly agentOf: (host: Pick<HostRecord, 'agent'>) => string;
}

/** What one of the runs measured of a block. */
export interface BlockPart {
  readonly source: NamedSource;
  readonly block: BlockRecord;
}

/** Names the machines of runs, and puts the runs into an order that does not depend on how they were given. */
export const namedSources = (sources: readonly MergeSource[]): NamedSource[] => {
  const names = distinctTails(sources.map(({ folder }) => folder));
  const taken = sources.flatMap(({ run }, i) => run.agents?.map((agent) => agent.name) ?? [names[i] ?? '']);
  return sources
    .map((source, i): NamedSource => {
      const name = names[i] ?? '';
      const agentOf = ({ agent }: Pick<HostRecord, 'agent'>): string => {
        if (agent === undefined) return name;
        return taken.filter((other) => other === agent).length > 1 ? `${name}/${agent}` : agent;
      };
      return { ...source, name, agentOf };
    })
    .toSorted((a, b) => compareText(a.run.startedAt, b.run.startedAt) || compareText(a.name, b.name));
};

/** Orders by code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The shortest ends of paths that tell them apart. Runs that began in the same second on several machines have one ID: their folders
 * are told apart by those that they were copied to. `m1/latest` stands for a run in `m1`.
 */
const distinctTails = (paths: readonly string[]): string[] => {
  const steps = paths.map((path) =>
    path
      .replace(/[\\/](?:run\.json|latest)$/u, '')
      .split(/[\\/]/u)
      .filter((step) => step !== '' && step !== '.'),
  );
  const longest = Math.max(1, ...steps.map(({ length }) => length));
  for (let length = 1; length < longest; length++) {
    const tails = steps.map((all) => all.slice(-length).join('/'));
    if (new Set(tails).size === tails.length) return tails;
  }
  return steps.map((all) => all.join('/'));
};
