import type { Cell } from '../domain/cell.ts';
import type { Notice } from '../domain/notice.ts';
import type { Recording, RunRecord } from '../domain/run-record.ts';
import type { FleetProgress } from '../load/fleet.ts';

/** Where a run stands among its blocks. */
export interface BlockPosition {
  /** What shares the window: mostly one cell. */
  readonly cells: readonly Cell[];
  /** Below 0 for warm-up. */
  readonly round: number;
  readonly rounds: number;
  /** Index among all blocks of the run, warm-up included. */
  readonly index: number;
  readonly blocks: number;
}

/** What happens while a run is executed, in order. */
export type RunEvent =
  | { readonly type: 'started'; readonly run: RunRecord; readonly folder: string | undefined }
  | { readonly type: 'block-started'; readonly at: BlockPosition }
  | {
      readonly type: 'progress';
      readonly at: BlockPosition;
      readonly progress: FleetProgress;
      /** Since the block's window began. */
      readonly elapsedMs: number;
    }
  | { readonly type: 'block-ended'; readonly at: BlockPosition; readonly recordings: readonly Recording[] }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'ended'; readonly run: RunRecord };
