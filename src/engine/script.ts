import type { Attempt, Engine, Outcome, Work } from './engine.ts';
import { detached, type HandshakeResult } from './perform.ts';

/**
 * A sequence of handshakes each of which may depend on what came of the ones before: yields attempts, is resumed with their results,
 * and returns what it found. Where an engine is cancelled, the scripts are left where they are.
 */
export type Script<Found = void> = Generator<Attempt, Found, HandshakeResult>;

export interface ScriptPace {
  /** Scripts that may have a handshake in flight at the same time. */
  readonly concurrency: number;
  /** Most handshakes that are started in a second, all scripts together. */
  readonly perSecond: number;
}

export interface ScriptOptions extends ScriptPace {
  readonly signal?: AbortSignal | undefined;
  /** Called after each handshake, and before the event loop turns. */
  readonly onSettled?: ((attempt: Attempt) => void) | undefined;
}

/** An engine's loop holds the thread: it is left this often, so that signals and other sockets are seen to. */
const SLICE_NS = 100e6;

/** Runs scripts side by side, each of them one handshake after another. Ends when all have ended, or soon after the signal. */
export const performScripts = async (
  engine: Engine,
  scripts: readonly Script[],
  { signal, onSettled, ...pace }: ScriptOptions,
): Promise<void> => {
  const work = new ScriptWork(scripts, pace, { isCancelled: () => signal?.aborted === true, onSettled });
  while (work.hasMore && signal?.aborted !== true) {
    work.beginSlice();
    await engine.run(work);
    await new Promise((turned) => setImmediate(turned));
  }
};

interface ScriptAttempt extends Attempt {
  readonly script: Script;
}

interface Surroundings {
  readonly isCancelled: () => boolean;
  readonly onSettled: ((attempt: Attempt) => void) | undefined;
}

class ScriptWork implements Work<ScriptAttempt> {
  readonly #ready: ScriptAttempt[] = [];
  /** Scripts that have not begun. */
  readonly #waiting: Script[];
  readonly #pace: ScriptPace;
  readonly #surroundings: Surroundings;
  #inFlight = 0;
  #nextStartNs = 0;
  /** Set by the first question of a slice: only then is the engine's time known. */
  #sliceEndNs: number | undefined;
  #isSliceOver = false;

  constructor(scripts: readonly Script[], pace: ScriptPace, surroundings: Surroundings) {
    this.#waiting = scripts.toReversed();
    this.#pace = pace;
    this.#surroundings = surroundings;
  }

  get hasMore(): boolean {
    return this.#ready.length + this.#waiting.length > 0;
  }

  beginSlice(): void {
    this.#sliceEndNs = undefined;
    this.#isSliceOver = false;
  }

  next(nowNs: number): ScriptAttempt | undefined {
    this.#sliceEndNs ??= nowNs + SLICE_NS;
    this.#isSliceOver ||= nowNs >= this.#sliceEndNs;
    if (this.#isSliceOver || this.#inFlight >= this.#pace.concurrency || nowNs < this.#nextStartNs) return undefined;
    const attempt = this.#take();
    if (attempt === undefined) return undefined;
    this.#inFlight += 1;
    this.#nextStartNs = Math.max(this.#nextStartNs, nowNs - SLICE_NS) + 1e9 / this.#pace.perSecond;
    return attempt;
  }

  dueNs(): number {
    if (this.#isSliceOver || !this.hasMore || this.#inFlight >= this.#pace.concurrency) return Number.POSITIVE_INFINITY;
    return Math.min(this.#nextStartNs, this.#sliceEndNs ?? 0);
  }

  settled(attempt: ScriptAttempt, outcome: Outcome): void {
    this.#inFlight -= 1;
    this.#advance(attempt.script.next(detached(attempt, outcome)), attempt.script);
    this.#surroundings.onSettled?.(attempt);
  }

  isCancelled(): boolean {
    return this.#surroundings.isCancelled();
  }

  /** Scripts that have begun go first, so that those in progress end soon and their results are whole. */
  #take(): ScriptAttempt | undefined {
    while (this.#ready.length === 0) {
      const script = this.#waiting.pop();
      if (script === undefined) return undefined;
      this.#advance(script.next(), script);
    }
    return this.#ready.shift();
  }

  #advance(step: IteratorResult<Attempt, void>, script: Script): void {
    if (step.done !== true) this.#ready.push({ ...step.value, script });
  }
}
