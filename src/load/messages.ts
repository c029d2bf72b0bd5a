import type { ErrorCode } from '../domain/error.ts';
import type { SessionPolicy } from '../domain/session-policy.ts';
import type { ClientSettings } from '../engine/engine.ts';
import type { EngineChoice } from '../engine/open.ts';
import type { WindowBound } from './closed.ts';
import type { PrimingReport } from './priming.ts';
import type { TallyReport } from './tally.ts';

/** What a worker is born with. */
export interface WorkerSetup {
  readonly engine: EngineChoice;
  readonly counters: SharedArrayBuffer;
}

/** What the fleet asks of a worker: between windows only. */
export type WorkerRequest =
  | {
      readonly type: 'prime';
      /** Clients of one cell share a TLS context, made once per run. */
      readonly cell: string;
      readonly settings: ClientSettings;
      readonly concurrency: number;
      readonly policy: SessionPolicy;
    }
  | {
      readonly type: 'measure';
      readonly startNs: number;
      readonly bound: WindowBound;
      readonly tapEvery: number;
      readonly replenishes: boolean;
    }
  | { readonly type: 'close' };

/** What a worker measured in one window. */
export interface WindowReport {
  readonly tally: TallyReport;
  /** CPU time of the worker's thread inside the window; `undefined` where it cannot be known. */
  readonly cpuNs: number | undefined;
  readonly clientNs: number;
  readonly residenceNs: number;
  readonly lastEndNs: number;
  /** Unmeasured full handshakes inside the window that fetched a session to be used once. */
  readonly replenished: number;
}

export type WorkerResponse =
  | { readonly type: 'online' }
  | { readonly type: 'primed'; readonly report: PrimingReport }
  | { readonly type: 'measured'; readonly report: WindowReport }
  | { readonly type: 'failed'; readonly error: PlainError };

/** An error as it crosses threads: postMessage would drop its name, code and hint. */
export interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly hint: string | undefined;
}
