import type { BlockRecord, CellRecord, RunRecord } from '../../domain/run-record.ts';
import { settingsOfRun, type RunSettings } from '../settings-of-run.ts';
import { summarize, summarizeBlocks, type CellSummary } from './cell-summary.ts';

/** A block by itself. */
export interface BlockSummary {
  readonly block: BlockRecord;
  readonly cell: CellRecord;
  readonly summary: CellSummary;
}

/** A run with its histograms decoded and merged: everything that is said of a run is made from this. */
export interface RunSummary {
  readonly run: RunRecord;
  readonly settings: RunSettings;
  /** One per cell, in the run's order. */
  readonly cells: readonly CellSummary[];
  /** One per block, valid or not, in the order in which they were measured. */
  readonly blocks: readonly BlockSummary[];
}

/** Summarises a run. Decoding takes its time: do it once, and hand the summary on. */
export const summarizeRun = (run: RunRecord): RunSummary => ({
  run,
  settings: settingsOfRun(run),
  cells: summarize(run),
  blocks: run.blocks.flatMap((block) => {
    const cell = run.cells.find(({ id }) => id === block.cell);
    return cell === undefined ? [] : [{ block, cell, summary: summarizeBlocks(run, cell, [block]) }];
  }),
});

/** A run to be judged as if it had been meant to end where it did. */
export const asEnded = (summary: RunSummary): RunSummary => ({ ...summary, run: { ...summary.run, status: 'complete' } });

/** A run to be judged: a partial one counts as whole where that is accepted. */
export const acceptedRun = (summary: RunSummary, acceptsPartial: boolean): RunSummary =>
  acceptsPartial && summary.run.status === 'partial' ? asEnded(summary) : summary;

/** Returns the valid blocks of a cell, by themselves. */
export const validBlocksOf = ({ blocks }: RunSummary, { id }: Pick<CellRecord, 'id'>): readonly BlockSummary[] =>
  blocks.filter(({ block }) => block.cell === id && block.valid);

/** Returns the summary of a cell. */
export const summaryOf = ({ cells }: RunSummary, { id }: Pick<CellRecord, 'id'>): CellSummary | undefined =>
  cells.find((cell) => cell.id === id);
