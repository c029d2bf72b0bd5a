import { setImmediate } from 'node:timers/promises';
import { interruption } from '../domain/error.ts';
import { nowNs } from './clock.ts';
import { delegating } from './delegating.ts';
import type { Attempt, Engine, Outcome, Work } from './engine.ts';

export interface Supervision {
  /** Shown every outcome before its work takes it. */
  readonly note: (attempt: Attempt, outcome: Outcome) => void;
  /** Ends a run: it drops what is in flight, and throws an {@link interruption}. */
  readonly signal: AbortSignal | undefined;
}

/** An engine's loop holds the thread: it is left this often, so that signals are heard. */
const SLICE_NS = 100e6;

/** An engine that does what another does, under supervision. */
export const supervised = (engine: Engine, { note, signal }: Supervision): Engine => ({
  ...delegating(engine),
  run: async (work) => {
    let sliceEndNs = 0;
    const isCancelled = (): boolean => signal?.aborted === true || work.isCancelled();
    const isPaused = (): boolean => nowNs() >= sliceEndNs && !isCancelled();
    const sliced = { ...notedWork(work, note), isCancelled, isPaused };
    do {
      await setImmediate();
      sliceEndNs = nowNs() + SLICE_NS;
      // Also after the signal: then it drops what is in flight.
      await engine.run(sliced);
    } while (isPaused());
    if (signal?.aborted === true) throw interruption();
  },
});

const notedWork = <Own extends Attempt>(work: Work<Own>, note: Supervision['note']): Omit<Work<Own>, 'isCancelled'> => ({
  next: (nowNs) => work.next(nowNs),
  dueNs: () => work.dueNs(),
  settled: (attempt, outcome) => {
    note(attempt, outcome);
    work.settled(attempt, outcome);
  },
  turnTo: (attempt) => work.turnTo?.(attempt),
  rested: (ns) => work.rested?.(ns),
});
