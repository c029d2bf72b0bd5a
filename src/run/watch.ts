import type { Fleet, FleetProgress } from '../load/fleet.ts';

/** Often enough for a person and for a stop; rare enough not to disturb what is measured. */
const POLL_MS = 200;

/** What is in flight when the run is interrupted has this long to finish. */
const DRAIN_MS = 1000;

/** A block is ended early when more than this share of its attempts fail... */
const MOST_ERRORS = 0.5;

/** ...of at least this many: fewer say little. */
const LEAST_ATTEMPTS = 20;

export interface WatchOptions {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: FleetProgress, elapsedMs: number) => void;
}

/** Looks after a fleet while it works: tells the progress, passes an interrupt on, and stops loading a target that fails. */
export class Watch {
  readonly #fleet: Fleet;
  readonly #options: WatchOptions;
  readonly #startMs = performance.now();
  readonly #poll: NodeJS.Timeout;
  #drain: NodeJS.Timeout | undefined;
  #errorShare: number | undefined;

  constructor(fleet: Fleet, options: WatchOptions) {
    this.#fleet = fleet;
    this.#options = options;
    this.#poll = setInterval(this.#look, POLL_MS);
    if (options.signal?.aborted === true) this.#interrupt();
    options.signal?.addEventListener('abort', this.#interrupt);
  }

  /** The share of failed attempts that the block was stopped at, `undefined` when it was not. */
  get stoppedAt(): number | undefined {
    return this.#errorShare;
  }

  end(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#drain);
    this.#options.signal?.removeEventListener('abort', this.#interrupt);
  }

  readonly #look = (): void => {
    const progress = this.#fleet.progress();
    this.#options.onProgress(progress, performance.now() - this.#startMs);
    const attempts = progress.finished + progress.errors;
    if (attempts < LEAST_ATTEMPTS || progress.errors / attempts <= MOST_ERRORS) return;
    this.#errorShare ??= progress.errors / attempts;
    this.#fleet.control('drain');
  };

  readonly #interrupt = (): void => {
    this.#fleet.control('drain');
    this.#drain = setTimeout(() => {
      this.#fleet.control('cancel');
    }, DRAIN_MS);
  };
}
