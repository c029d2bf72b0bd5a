import type { Cell } from '../../domain/cell.ts';
import type { Notice } from '../../domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import type { FleetProgress } from '../../load/thread-fleet.ts';
import type { WindowPhase } from '../../load/window-request.ts';
import type { RecentRates } from './recent-rates.ts';

/** Where a run stands among its blocks. */
export interface WindowPosition {
  /** What shares the window: mostly one cell. */
  readonly cells: readonly Cell[];
  /** Below 0 for warm-up. */
  readonly round: number;
  readonly rounds: number;
  /** The rate that is tried, in a search for the capacity. */
  readonly probePerSecond: number | undefined;
  /** Index among all blocks of the run, warm-up included. */
  readonly index: number;
  readonly blocks: number;
  /** How long its window is to take, and those of all later blocks; `undefined` where that is for the server to say. */
  readonly plannedMs: number | undefined;
  readonly laterMs: number | undefined;
}

/** What a schedule asks for at a moment of its window. */
export interface AskedNow {
  readonly perSecond: number;
  /** Starts that have fallen due so far. */
  readonly due: number;
}

/** What happens while a run is executed, in order. */
export type RunEvent =
  | { readonly type: 'started'; readonly run: RunRecord; readonly folder: string | undefined }
  | { readonly type: 'window-started'; readonly at: WindowPosition }
  | {
      readonly type: 'progress';
      readonly at: WindowPosition;
      readonly phase: WindowPhase;
      /** Of this phase so far. */
      readonly progress: FleetProgress;
      readonly recent: RecentRates;
      /** Since the phase began. */
      readonly elapsedMs: number;
      /** `undefined` where nothing is due by a schedule. */
      readonly asked: AskedNow | undefined;
    }
  | { readonly type: 'window-ended'; readonly at: WindowPosition; readonly blocks: readonly BlockRecord[] }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'ended'; readonly run: RunRecord };
