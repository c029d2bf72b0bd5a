import type { CapacityRecord } from '../domain/capacity-record.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import { plannedMs, type PlannedWindow } from '../scenario/plan.ts';

/** The windows of a run, one after the other: a fixed plan, or a search that depends on its findings. */
export interface WindowSequence {
  /** Number of windows, as far as that is known. */
  readonly windows: number;
  /** Number of blocks that will be kept of these. */
  readonly blocks: number;
  readonly rounds: number;
  /** Time of the windows after this one, `undefined` where that is for the server to say. */
  readonly laterMs: number | undefined;
  /** True when a window whose connections fail too often is a result, and not the end. */
  readonly toleratesErrors: boolean;
  /** Searches so far; empty where none is made. */
  readonly capacity: readonly CapacityRecord[];
  /** Number of windows after this one up to the end of so many rounds; `undefined` where that is not known. */
  windowsUntil(rounds: number): number | undefined;
  /** The next window, `undefined` when all is measured. */
  next(): PlannedWindow | undefined;
  /** Takes the blocks of the last window. */
  observe(blocks: readonly BlockRecord[]): void;
}

/** A plan made beforehand. */
export class FixedSequence implements WindowSequence {
  readonly toleratesErrors = false;
  readonly capacity = [];
  readonly rounds: number;
  readonly #windows: readonly PlannedWindow[];
  #next = 0;

  constructor(windows: readonly PlannedWindow[], rounds: number) {
    this.#windows = windows;
    this.rounds = rounds;
  }

  get windows(): number {
    return this.#windows.length;
  }

  get blocks(): number {
    return this.#windows.filter(({ round }) => round >= 0).flatMap(({ streams }) => streams).length;
  }

  get laterMs(): number | undefined {
    const later = this.#windows.slice(this.#next).map((window) => plannedMs(window));
    return later.reduce((sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms), 0);
  }

  windowsUntil(rounds: number): number {
    return this.#windows.slice(this.#next).filter(({ round }) => round < rounds).length;
  }

  next(): PlannedWindow | undefined {
    return this.#windows[this.#next++];
  }

  observe(): void {
    // A plan is made before.
  }
}
