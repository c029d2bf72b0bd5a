import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Notice } from '../../domain/notice.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { RunStore } from './run-folder.ts';

/** A folder is rendered anew after so many times the time that it took. */
const RENDER_EVERY = 9;

/**
 * Writes a run's folder, if it has one, while it is measured. A disk that is full is no reason to throw away what is measured: that it could
 * not be written is noted, and all of it is written the next time.
 */
export class RunSaver {
  readonly #store: RunStore | undefined;
  #nextRenderMs = 0;
  #notices: readonly Notice[] = [];

  constructor(store?: RunStore) {
    this.#store = store;
  }

  /** One where the last write has failed. */
  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** Rendering takes longer with every round: as often as it costs a tenth of the time at most. */
  get isRenderDue(): boolean {
    return performance.now() >= this.#nextRenderMs;
  }

  /**
   * Writes the record and everything rendered from it.
   *
   * @param summarized summarises the run, which is part of the work and of its time.
   */
  save(summarized: () => RunSummary): void {
    const startMs = performance.now();
    const summary = summarized();
    this.#attempt((store) => {
      store.save(summary);
    });
    const endMs = performance.now();
    this.#nextRenderMs = endMs + RENDER_EVERY * (endMs - startMs);
  }

  /** Writes the record alone. */
  saveRecord(run: RunRecord): void {
    this.#attempt((store) => {
      store.saveRecord(run);
    });
  }

  #attempt(write: (store: RunStore) => void): void {
    if (this.#store === undefined) return;
    try {
      write(this.#store);
      this.#notices = [];
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#notices = [{ code: 'not-saved', severity: 'error', folder: this.#store.folder, reason: error.code }];
    }
  }
}

/** Tells an error of the operating system from a bug of ours. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { readonly code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error;
