import type { CpuMeter } from '../cpu/meter.ts';
import type { Recording } from '../domain/run-record.ts';
import type { SessionPolicy } from '../domain/session-policy.ts';
import type { ClientSettings, Negotiated } from '../engine/engine.ts';
import type { ArrivalPattern, RateProfile } from '../scenario/arrivals.ts';
import type { Stream } from '../scenario/expand.ts';
import type { PlannedVisit } from '../scenario/plan.ts';

/** One cell of a visit: where to, and what its server's CPU time is read from. */
export interface VisitStream extends Stream {
  readonly settings: ClientSettings;
  readonly serverCpu: CpuMeter | undefined;
}

/** What is measured, of whom and how. */
export interface VisitOrder {
  readonly visit: PlannedVisit;
  /** As the visit's streams, in the same order. */
  readonly streams: readonly VisitStream[];
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

/** What one cell of a visit came to. */
export interface MeasuredBlock {
  readonly recording: Recording;
  readonly negotiated: Negotiated | undefined;
}
