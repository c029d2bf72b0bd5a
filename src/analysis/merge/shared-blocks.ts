import type { BlockRecord } from '../../domain/run-record.ts';
import type { BlockPart, NamedSource } from './merge-source.ts';

/** The blocks of several runs, put side by side. */
export interface SharedBlocks {
  /** Blocks that every run has, in the order in which the first run measured them: a part per run. */
  readonly shared: readonly (readonly BlockPart[])[];
  /** Number of different blocks that any of the runs has. */
  readonly all: number;
  /** The first block that each run lacks although another has it; a run that lacks none is left out. */
  readonly lacking: ReadonlyMap<NamedSource, { readonly blocks: number; readonly first: BlockRecord }>;
}

/**
 * Finds the blocks that every run has: those of the same cell in the same window. What only some of them have is no result of all the
 * machines together: its rate would be that of fewer.
 */
export const sharedBlocks = (sources: readonly NamedSource[]): SharedBlocks => {
  const found = new Map<string, BlockPart[]>();
  for (const source of sources) {
    for (const block of source.run.blocks) {
      const key = `${String(block.round)} ${String(block.position)} ${block.cell}`;
      found.set(key, [...(found.get(key) ?? []), { source, block }]);
    }
  }
  const all = [...found.values()];
  return { shared: all.filter((parts) => parts.length === sources.length), all: all.length, lacking: lackingIn(all, sources) };
};

const lackingIn = (all: readonly (readonly BlockPart[])[], sources: readonly NamedSource[]): SharedBlocks['lacking'] =>
  new Map(
    sources.flatMap((source) => {
      const blocks = all.filter((parts) => parts.every((part) => part.source !== source)).flatMap(([part]) => part?.block ?? []);
      const [first] = blocks.toSorted((a, b) => a.round - b.round || a.position - b.position);
      return first === undefined ? [] : [[source, { blocks: blocks.length, first }] as const];
    }),
  );
