import type { FleetMeters } from '../cpu/joined-meter.ts';
import type { CpuMeter } from '../cpu/meter.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import type { Negotiated } from '../engine/engine.ts';
import type { ArrivalPattern, RateProfile } from '../scenario/arrivals.ts';
import type { Stream } from '../scenario/expand.ts';
import type { PlannedWindow } from '../scenario/plan.ts';

/** One cell of a window, and the meters of its server's CPU time. */
export interface WindowStream extends Stream {
  readonly serverCpu: CpuMeter | undefined;
  /** `undefined` where the server is no fleet. */
  readonly fleetCpu: FleetMeters | undefined;
}

/** A window to measure. Its cells have been opened in the load generator. */
export interface WindowRequest {
  readonly window: Pick<PlannedWindow, 'round' | 'position' | 'bound'>;
  readonly streams: readonly WindowStream[];
  /** In flight: exactly in closed load, at most with a schedule. */
  readonly concurrency: number;
  /** Virtual clients of each stream that have a session of their own. */
  readonly sessions: number;
  /** Local addresses that are connected from. */
  readonly sources: number;
  /** One after another, timed by tinybench. */
  readonly isSequential: boolean;
  /** `undefined` where starts wait for ends. */
  readonly schedule: { readonly profile: RateProfile; readonly pattern: ArrivalPattern } | undefined;
  readonly seed: number;
  readonly tapEvery: number;
  /** Length of the intervals that are counted apart; `undefined` where none are. */
  readonly timelineNs: number | undefined;
  readonly offerAfterMs: number;
  /** Ends waiting for sessions to age. */
  readonly signal: AbortSignal | undefined;
}

/** The block that a window measured of one cell. */
export interface MeasuredBlock {
  readonly block: BlockRecord;
  readonly negotiated: Negotiated | undefined;
}

/** The phase of a window: fetching sessions, letting them age, or measuring. Times are on the engines' clock. */
export type WindowPhase =
  | { readonly name: 'priming'; readonly sessions: number }
  | { readonly name: 'ageing'; readonly ms: number }
  | { readonly name: 'window'; readonly startNs: number };
