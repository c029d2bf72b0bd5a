import type { CellRecord, RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { blockSummaries, type BlockSummary } from '../summary/block-values.ts';
import { summarize, type CellSummary } from '../summary/cell-summary.ts';

/** Everything that evidence is taken from. */
export interface GateContext {
  readonly run: RunRecord;
  readonly summaries: readonly CellSummary[];
  /** Every valid block of a cell by itself. */
  readonly blocksOf: (cell: CellRecord) => readonly BlockSummary[];
  /** Level of each bound. */
  readonly alpha: number;
  readonly settings: CompareSettings;
  /** Runs of the state before that were measured apart; with none, it is a state of the run itself. */
  readonly baselines: readonly RunRecord[];
}

/** Reads a run once for all its gates. */
export const gateContext = (run: RunRecord, judged: Pick<GateContext, 'alpha' | 'settings' | 'baselines'>): GateContext => {
  const read = new Map<string, readonly BlockSummary[]>();
  const blocksOf = (cell: CellRecord): readonly BlockSummary[] => {
    const blocks = read.get(cell.id) ?? blockSummaries(run, cell);
    read.set(cell.id, blocks);
    return blocks;
  };
  return { run, summaries: summarize(run), blocksOf, ...judged };
};
