import type { ErrorCode } from '../../domain/error.ts';
import type { SequentialRecord } from '../../domain/run-record.ts';
import type { SessionPolicy } from '../../domain/session-policy.ts';
import type { ClientSettings } from '../../engine/engine.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { ArrivalPattern, RateProfile } from '../../scenario/arrivals.ts';
import type { WindowBound } from '../worker/pace.ts';
import type { PrimingReport } from '../worker/priming.ts';
import type { TallyReport } from '../worker/tally.ts';

/** What a worker is born with. */
export interface WorkerSetup {
  readonly engine: EngineChoice;
  readonly counters: SharedArrayBuffer;
}

/** One cell of a window, as one worker drives it. */
export interface StreamRequest {
  /** Clients of one cell share a TLS context, made once per run. */
  readonly cell: string;
  readonly settings: ClientSettings;
  /** Virtual clients that are primed, each with a session of its own. */
  readonly clients: number;
  readonly policy: SessionPolicy;
  /** Least age of a session that is offered. */
  readonly offerAfterNs: number;
}

/** When handshakes begin in a worker's part of a window. */
export type PaceRequest =
  | { readonly model: 'closed'; readonly concurrency: number; readonly bound: WindowBound }
  | { readonly model: 'sequential'; readonly bound: WindowBound }
  | {
      readonly model: 'scheduled';
      readonly profile: RateProfile;
      readonly pattern: ArrivalPattern;
      /** All workers walk through the same arrivals and keep their own. */
      readonly seed: number;
      readonly parts: number;
      readonly index: number;
      readonly bound: WindowBound;
      readonly mostInFlight: number;
      readonly graceNs: number;
    };

/** What the fleet asks of a worker: between windows only. */
export type WorkerRequest =
  | { readonly type: 'prime'; readonly streams: readonly StreamRequest[] }
  | {
      readonly type: 'measure';
      readonly startNs: number;
      readonly pace: PaceRequest;
      /** One per stream. */
      readonly weights: readonly number[];
      /** Of the order in which the streams take turns. */
      readonly seed: number;
      readonly tapEvery: number;
      readonly replenishes: boolean;
    }
  | { readonly type: 'close' };

/** What a worker measured in one window. */
export interface WindowReport {
  /** One per stream. */
  readonly tallies: readonly TallyReport[];
  /** CPU time of the worker's thread inside the window per stream; `undefined` where it cannot be known. */
  readonly cpuNs: readonly number[] | undefined;
  /** Time that the places of connections existed for (closed) or were taken (scheduled), and the part that connections account for. */
  readonly placesNs: number;
  readonly lastEndNs: number;
  /** Connections at once, at most. */
  readonly mostInFlight: number;
  /** Time in which the worker had nothing to do. */
  readonly restedNs: number;
  /** Null where handshakes were not made one after another. */
  readonly sequential: SequentialRecord | null;
}

export type WorkerResponse =
  | { readonly type: 'online' }
  | { readonly type: 'primed'; readonly reports: readonly PrimingReport[] }
  | { readonly type: 'measured'; readonly report: WindowReport }
  | { readonly type: 'failed'; readonly error: PlainError };

/** An error as it crosses threads: postMessage would drop its name, code and hint. */
export interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly hint: string | undefined;
}
