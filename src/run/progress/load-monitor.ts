import { nowNs } from '../../engine/clock.ts';
import type { LoadGenerator, LoadProgress } from '../../load/load-generator.ts';
import type { WindowPhase } from '../../load/window-request.ts';
import { ErrorShare, JUDGED_MS } from './error-share.ts';
import { RateSampler, type RecentRates } from './recent-rates.ts';

/** Often enough for a person and for a stop; rare enough not to disturb what is measured. */
const POLL_MS = 200;

/** Span of the rates that are shown: long enough for a steady number, short enough to see a change. */
const SHOWN_MS = 2000;

/** A target that is just restarting refuses connections for less than this: a younger phase is judged at its end only. */
const LEAST_JUDGED_MS = 1000;

/** Time that handshakes in flight have to finish when the run is interrupted. */
const DRAIN_MS = 1000;

/** Fewer attempts than this say little of a target... */
const LEAST_ATTEMPTS = 20;

/** ...and priming tries again what fails, in a cell that may be meant to fail: there it takes more. */
const LEAST_PRIMINGS = 200;

/** The state of a window at one moment. */
export interface WindowProgress {
  readonly phase: WindowPhase;
  /** Of this phase so far. */
  readonly progress: LoadProgress;
  readonly recent: RecentRates;
  /** Since the phase began. */
  readonly elapsedMs: number;
}

export interface MonitorOptions {
  readonly signal: AbortSignal | undefined;
  /** The load is stopped when more than this share of the attempts fails, recently or in all. */
  readonly mostErrors: number;
  readonly onProgress: (progress: WindowProgress) => void;
}

/** The outcome of a window that was monitored. */
export interface Monitored<Result> {
  readonly result: Result;
  /** The share of failed attempts that the load was stopped at, `undefined` when it was not. */
  readonly stoppedAt: number | undefined;
}

/**
 * Monitors a load generator while it measures one window: reports the progress, passes an interrupt on, and stops loading a target that
 * fails. Afterwards the generator may load again, unless the run was interrupted.
 */
export const monitored = async <Result>(
  generator: LoadGenerator,
  options: MonitorOptions,
  measure: (onPhase: (phase: WindowPhase) => void) => Promise<Result>,
): Promise<Monitored<Result>> => {
  const monitor = new Monitor(generator, options);
  try {
    const result = await measure(monitor.onPhase);
    // A window may be over before it was looked at.
    monitor.checkEnded();
    return { result, stoppedAt: monitor.stoppedAt };
  } finally {
    monitor.end();
  }
};

class Monitor {
  readonly #generator: LoadGenerator;
  readonly #options: MonitorOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #shown = new RateSampler(SHOWN_MS);
  readonly #errorShare = new ErrorShare(LEAST_ATTEMPTS);
  #phase: WindowPhase = { name: 'priming', sessions: 0 };
  #sinceNs = nowNs();
  #drain: NodeJS.Timeout | undefined;
  #stoppedAt: number | undefined;

  constructor(generator: LoadGenerator, options: MonitorOptions) {
    this.#generator = generator;
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#poll();
    }, POLL_MS);
    if (options.signal?.aborted === true) this.#interrupt();
    options.signal?.addEventListener('abort', this.#interrupt);
  }

  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  /** Notes that a phase begins. Priming and the window start all counters anew. */
  readonly onPhase = (phase: WindowPhase): void => {
    // Before the first phase the counters are those of the last window.
    if (phase.name !== 'priming') this.checkEnded();
    this.#phase = phase;
    this.#sinceNs = phase.name === 'window' ? phase.startNs : nowNs();
    if (phase.name === 'ageing') return;
    this.#shown.reset();
    this.#errorShare.reset();
  };

  /**
   * Judges a phase that is over. One that ended with failures only says enough, however few they are: a target that goes silent holds each
   * connection for the whole time limit.
   */
  checkEnded(): void {
    // Nothing is attempted while sessions age: the counters are those of the priming, which has
    // been judged.
    if (this.#phase.name === 'ageing') return;
    const { finished, errors, refusedNs } = this.#generator.progress();
    const isRestart = refusedNs > 0 && refusedNs < LEAST_JUDGED_MS * 1e6;
    if (errors > 0 && finished === 0 && !isRestart) this.#stopAbove(1);
    else this.#checkErrors();
  }

  /** Stops the load when too much of it fails. */
  #checkErrors(): void {
    const progress = this.#generator.progress();
    const least = this.#phase.name === 'priming' ? LEAST_PRIMINGS : LEAST_ATTEMPTS;
    const errorShare = this.#errorShare.sample(performance.now(), progress, least);
    this.#stopAbove(Math.max(errorShare, this.#refusedShareOf(progress)));
  }

  /**
   * Returns the share of the judged time for which the target has refused every connection up to
   * now.
   */
  #refusedShareOf({ refusedNs }: LoadProgress): number {
    const refusedMs = refusedNs / 1e6;
    if (!Number.isFinite(refusedMs) || refusedMs < LEAST_JUDGED_MS) return 0;
    return refusedMs / Math.min(JUDGED_MS, Math.max(refusedMs, this.#elapsedMs));
  }

  get #elapsedMs(): number {
    return Math.max(0, nowNs() - this.#sinceNs) / 1e6;
  }

  #stopAbove(errorShare: number): void {
    if (errorShare <= this.#options.mostErrors) return;
    this.#stoppedAt ??= errorShare;
    this.#generator.control('drain');
  }

  end(): void {
    const { signal } = this.#options;
    clearInterval(this.#timer);
    clearTimeout(this.#drain);
    signal?.removeEventListener('abort', this.#interrupt);
    if (this.#stoppedAt !== undefined && signal?.aborted !== true) this.#generator.control('run');
  }

  #poll(): void {
    const progress = this.#generator.progress();
    const recent = this.#shown.sample(performance.now(), progress);
    const elapsedMs = this.#elapsedMs;
    this.#options.onProgress({ phase: this.#phase, progress, recent, elapsedMs });
    if (elapsedMs >= LEAST_JUDGED_MS && this.#phase.name !== 'ageing') this.#checkErrors();
  }

  readonly #interrupt = (): void => {
    this.#generator.control('drain');
    this.#drain = setTimeout(() => {
      this.#generator.control('cancel');
    }, DRAIN_MS);
  };
}
