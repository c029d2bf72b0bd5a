import type { Fleet, FleetProgress } from '../../load/thread-fleet.ts';
import { RateSampler, type RecentRates } from './recent-rates.ts';

/** Often enough for a person and for a stop; rare enough not to disturb what is measured. */
const POLL_MS = 200;

/** Of the rates that are shown: long enough for a steady number, short enough to sample a change. */
const SHOWN_MS = 2000;

/** Of the errors that a run is stopped on: a burst, as when a listen queue overflows, is shorter. A target that hangs fails slowly. */
const JUDGED_MS = 5000;

/** What is in flight when the run is interrupted has this long to finish. */
const DRAIN_MS = 1000;

/** Fewer attempts than this say little of a target... */
const LEAST_ATTEMPTS = 20;

/** ...and priming tries again what fails, in a cell that may be meant to fail: there it takes more. */
const LEAST_PRIMINGS = 200;

export interface FleetMonitorOptions {
  readonly signal: AbortSignal | undefined;
  /** The load is stopped when more than this share of the attempts fails, recent or in all. */
  readonly mostErrors: number;
  readonly onProgress: (progress: FleetProgress, recent: RecentRates) => void;
}

/** Looks after a fleet while it works: tells the progress, passes an interrupt on, and stops loading a target that fails. */
export class FleetMonitor {
  readonly #fleet: Fleet;
  readonly #options: FleetMonitorOptions;
  readonly #poll: NodeJS.Timeout;
  readonly #shown = new RateSampler(SHOWN_MS);
  readonly #judged = new RateSampler(JUDGED_MS, LEAST_ATTEMPTS);
  #isMeasuring = false;
  #drain: NodeJS.Timeout | undefined;
  #errorShare: number | undefined;

  constructor(fleet: Fleet, options: FleetMonitorOptions) {
    this.#fleet = fleet;
    this.#options = options;
    this.#poll = setInterval(() => {
      this.#look();
    }, POLL_MS);
    if (options.signal?.aborted === true) this.#interrupt();
    options.signal?.addEventListener('abort', this.#interrupt);
  }

  /** The share of failed attempts that the block was stopped at, `undefined` when it was not. */
  get stoppedAt(): number | undefined {
    return this.#errorShare;
  }

  /** Priming, or the window, begins, and with it all counters. */
  turnTo(phase: 'priming' | 'window'): void {
    this.#isMeasuring = phase === 'window';
    this.#shown.reset();
    this.#judged.reset();
  }

  /** Stops the load when too much of it fails. A window may be over before it was looked at, so whoever ends it asks once more. */
  checkErrors(): void {
    const progress = this.#fleet.progress();
    const all = { attempts: progress.finished + progress.errors, errors: progress.errors };
    const recent = this.#judged.sample(performance.now(), progress);
    const share = Math.max(this.#errorShareOf(recent), this.#errorShareOf(all));
    if (share <= this.#options.mostErrors) return;
    this.#errorShare ??= share;
    this.#fleet.control('drain');
  }

  end(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#drain);
    this.#options.signal?.removeEventListener('abort', this.#interrupt);
  }

  #look(): void {
    const progress = this.#fleet.progress();
    this.#options.onProgress(progress, this.#shown.sample(performance.now(), progress));
    this.checkErrors();
  }

  #errorShareOf({ attempts, errors }: Pick<RecentRates, 'attempts' | 'errors'>): number {
    return attempts < (this.#isMeasuring ? LEAST_ATTEMPTS : LEAST_PRIMINGS) ? 0 : errors / attempts;
  }

  readonly #interrupt = (): void => {
    this.#fleet.control('drain');
    this.#drain = setTimeout(() => {
      this.#fleet.control('cancel');
    }, DRAIN_MS);
  };
}
