import type { CellContext } from '../load-generator.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { MeasuredStream, PrimedStream, WindowPart, WorkerReport } from './messages.ts';
import type { PlainError } from './plain-error.ts';

/** Data that a worker thread starts with. */
export interface ThreadSetup {
  readonly engine: EngineChoice;
  readonly counters: SharedArrayBuffer;
}

/** Questions to a worker thread, put between windows only. */
export type ThreadRequest =
  | { readonly type: 'open'; readonly contexts: readonly CellContext[] }
  | { readonly type: 'arm'; readonly part: WindowPart }
  | {
      readonly type: 'measure';
      /** The window's start on the clock that all threads of the process share. */
      readonly startNs: number;
    }
  | { readonly type: 'close' };

export type ThreadResponse =
  | { readonly type: 'online' }
  | { readonly type: 'opened' }
  | { readonly type: 'armed'; readonly streams: readonly PrimedStream[] }
  | { readonly type: 'measured'; readonly streams: readonly MeasuredStream[]; readonly worker: WorkerReport }
  | { readonly type: 'failed'; readonly error: PlainError };
