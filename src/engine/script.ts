import { setTimeout } from 'node:timers/promises';
import type { Attempt, Engine, Outcome, Work } from './engine.ts';
import { detached, type HandshakeResult } from './perform.ts';

/**
 * A sequence of handshakes each of which may depend on what came of the ones before: yields attempts, is resumed with their results,
 * and returns what it found. Where an engine is cancelled, the scripts are left where they are.
 */
export type Script<Found = void> = Generator<ScriptedAttempt, Found, HandshakeResult>;

export interface ScriptedAttempt extends Attempt {
  /** Time on the engines' clock before which it must not begin. */
  readonly notBeforeNs?: number;
}

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
  do {
    await (work.restMs > 0 ? sleep(work.restMs, signal) : new Promise((turned) => setImmediate(turned)));
    work.beginSlice();
    // Also after the signal: then it drops what is in flight.
    await engine.run(work);
  } while (work.isPaused());
};

/** Sleeps, unless the signal ends it. */
const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

interface ReadyAttempt extends ScriptedAttempt {
  readonly script: Script;
}

interface Surroundings {
  readonly isCancelled: () => boolean;
  readonly onSettled: ((attempt: Attempt) => void) | undefined;
}

class ScriptWork implements Work<ReadyAttempt> {
  /** The next attempts of scripts that have begun. */
  readonly #ready: ReadyAttempt[] = [];
  /** Scripts that have not begun. */
  readonly #waiting: Script[];
  readonly #pace: ScriptPace;
  readonly #surroundings: Surroundings;
  #inFlight = 0;
  #nextStartNs = 0;
  /** The engine's time when it asked last: known only once it has. */
  #nowNs: number | undefined;
  #sliceEndNs: number | undefined;
  #isSliceOver = false;

  constructor(scripts: readonly Script[], pace: ScriptPace, surroundings: Surroundings) {
    this.#waiting = scripts.toReversed();
    this.#pace = pace;
    this.#surroundings = surroundings;
  }

  beginSlice(): void {
    this.#sliceEndNs = undefined;
    this.#isSliceOver = false;
  }

  /** Time for which there is nothing to do. */
  get restMs(): number {
    const dueNs = this.#dueNs();
    const isIdle = this.#inFlight === 0 && this.#nowNs !== undefined && dueNs !== Number.POSITIVE_INFINITY;
    return isIdle ? Math.max(0, dueNs - (this.#nowNs ?? 0)) / 1e6 : 0;
  }

  next(nowNs: number): ReadyAttempt | undefined {
    this.#nowNs = nowNs;
    this.#sliceEndNs ??= nowNs + SLICE_NS;
    this.#isSliceOver ||= nowNs >= this.#sliceEndNs;
    if (this.#isSliceOver || this.#inFlight >= this.#pace.concurrency || nowNs < this.#nextStartNs) return undefined;
    const attempt = this.#take(nowNs);
    if (attempt === undefined) return undefined;
    this.#inFlight += 1;
    this.#nextStartNs = Math.max(this.#nextStartNs, nowNs - SLICE_NS) + 1e9 / this.#pace.perSecond;
    return attempt;
  }

  dueNs(): number {
    if (this.#isSliceOver) return Number.POSITIVE_INFINITY;
    const dueNs = this.#dueNs();
    return dueNs === Number.POSITIVE_INFINITY ? dueNs : Math.min(dueNs, this.#sliceEndNs ?? 0);
  }

  /** The next start, slices left aside. */
  #dueNs(): number {
    if (this.#inFlight >= this.#pace.concurrency) return Number.POSITIVE_INFINITY;
    const isAnyReady = this.#waiting.length > 0 || this.#ready.some(({ notBeforeNs }) => notBeforeNs === undefined);
    const readyNs = isAnyReady ? 0 : Math.min(...this.#ready.map(({ notBeforeNs = 0 }) => notBeforeNs));
    return Math.max(this.#nextStartNs, readyNs);
  }

  settled(attempt: ReadyAttempt, outcome: Outcome): void {
    this.#inFlight -= 1;
    this.#advance(attempt.script.next(detached(attempt, outcome)), attempt.script);
    this.#surroundings.onSettled?.(attempt);
  }

  isCancelled(): boolean {
    return this.#surroundings.isCancelled();
  }

  /** The slice ends also where a server keeps us waiting: others are not held up by it, and signals are heard. */
  isPaused(): boolean {
    return this.#isSliceOver && !this.isCancelled();
  }

  /** Scripts that have begun go first, so that those in progress end soon and their results are whole. */
  #take(nowNs: number): ReadyAttempt | undefined {
    for (;;) {
      const place = this.#ready.findIndex(({ notBeforeNs = 0 }) => notBeforeNs <= nowNs);
      if (place >= 0) return this.#ready.splice(place, 1)[0];
      const script = this.#waiting.pop();
      if (script === undefined) return undefined;
      this.#advance(script.next(), script);
    }
  }

  #advance(step: IteratorResult<ScriptedAttempt, void>, script: Script): void {
    if (step.done !== true) this.#ready.push({ ...step.value, script });
  }
}
