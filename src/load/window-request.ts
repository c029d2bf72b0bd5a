import type { CpuMeter } from '../cpu/meter.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import type { SessionPolicy } from '../domain/session-policy.ts';
import type { ClientSettings, Negotiated } from '../engine/engine.ts';
import type { ArrivalPattern, RateProfile } from '../scenario/arrivals.ts';
import type { Stream } from '../scenario/expand.ts';
import type { PlannedWindow } from '../scenario/plan.ts';

/** One cell of a window: where to, and what its server's CPU time is read from. */
export interface WindowStream extends Stream {
  readonly settings: ClientSettings;
  readonly serverCpu: CpuMeter | undefined;
}

/** What is measured, of whom and how. */
export interface WindowRequest {
  readonly window: PlannedWindow;
  /** As the window's streams, in the same order. */
  readonly streams: readonly WindowStream[];
  /** In flight: exactly in closed load, at most with a schedule. */
  readonly concurrency: number;
  /** Virtual clients of each stream that have a session of their own. */
  readonly sessions: number;
  /** One after another, timed by tinybench. */
  readonly isSequential: boolean;
  readonly schedule: { readonly profile: RateProfile; readonly pattern: ArrivalPattern } | undefined;
  readonly seed: number;
  readonly tapEvery: number;
  readonly policy: SessionPolicy;
  readonly offerAfterMs: number;
  /** Ends waiting for sessions to age. */
  readonly signal: AbortSignal | undefined;
}

/** What one cell of a window came to. */
export interface MeasuredBlock {
  readonly block: BlockRecord;
  readonly negotiated: Negotiated | undefined;
}

/** The phase of a window: fetching sessions, letting them age, or measuring. Times are on the engines' clock. */
export type WindowPhase =
  | { readonly name: 'priming'; readonly sessions: number }
  | { readonly name: 'ageing'; readonly ms: number }
  | { readonly name: 'window'; readonly startNs: number };
