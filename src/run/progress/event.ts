import type { Cell } from '../../domain/cell.ts';
import type { EventRecord } from '../../domain/event-record.ts';
import type { Notice } from '../../domain/notice.ts';
import type { BlockRecord, RunRecord } from '../../domain/run-record.ts';
import type { WindowProgress } from './load-monitor.ts';

/** The extent of a run, as far as it is known before the first window. */
export interface RunPlan {
  readonly rounds: number;
  /** Numbers of rounds after which it may end early; empty where it ends with its last round. */
  readonly looks: readonly number[];
  /** True where the windows depend on what was measured: a search, whose time is a guess. */
  readonly isSearch: boolean;
  /** Time of all windows, warm-up included; `undefined` where that is for the server to say. */
  readonly plannedMs: number | undefined;
}

/** The place of a window in its run. */
export interface WindowPosition {
  /** The cells that share the window: mostly one. */
  readonly cells: readonly Cell[];
  /** Below 0 for warm-up. */
  readonly round: number;
  readonly rounds: number;
  /** The rate that is tried, in a search for the capacity. */
  readonly trialPerSecond: number | undefined;
  /** Index among all windows of the run, warm-up included. */
  readonly index: number;
  readonly windows: number;
  /** Number of windows up to the next interim look, this one included; `undefined` where there is none before the end. */
  readonly toLook: number | undefined;
  /** Planned time of this window, and of all later ones; `undefined` where that is for the server to say. */
  readonly plannedMs: number | undefined;
  readonly laterMs: number | undefined;
}

/** The demand of a schedule at a moment of its window. */
export interface AskedNow {
  readonly perSecond: number;
  /** Starts that have fallen due so far. */
  readonly due: number;
}

/** Events of a run, in order. */
export type RunEvent =
  | { readonly type: 'started'; readonly run: RunRecord; readonly folder: string | undefined; readonly plan: RunPlan }
  | { readonly type: 'window-started'; readonly at: WindowPosition }
  | ({
      readonly type: 'progress';
      readonly at: WindowPosition;
      /** `undefined` where nothing is due by a schedule. */
      readonly asked: AskedNow | undefined;
    } & WindowProgress)
  | { readonly type: 'window-ended'; readonly at: WindowPosition; readonly blocks: readonly BlockRecord[] }
  /** Something was done to a server in the middle of the window. */
  | { readonly type: 'server-event'; readonly event: EventRecord }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'ended'; readonly run: RunRecord };
