import type { CellContext } from '../load-generator.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { PlainError } from './plain-error.ts';

/** Data that a worker thread starts with. */
export interface ThreadSetup {
  readonly engine: EngineChoice;
  readonly counters: SharedArrayBuffer;
}

/** Questions to a worker thread, put between windows only. Requests and reports are encoded as in `messages.ts`. */
export type ThreadRequest =
  | { readonly type: 'open'; readonly contexts: readonly CellContext[] }
  | { readonly type: 'prime'; readonly request: unknown }
  | {
      readonly type: 'measure';
      readonly request: unknown;
      /** The window's start on the clock that all threads of the process share. */
      readonly startNs: number;
    }
  | { readonly type: 'close' };

export type ThreadResponse =
  | { readonly type: 'online' }
  | { readonly type: 'opened' }
  | { readonly type: 'primed'; readonly report: unknown }
  | { readonly type: 'measured'; readonly report: unknown }
  | { readonly type: 'failed'; readonly error: PlainError };
