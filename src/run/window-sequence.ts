import type { CapacityRecord } from '../domain/capacity-record.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import { plannedMs, type PlannedWindow } from '../scenario/plan.ts';

/** What a run measures, window after window: a plan that stands, or a search that goes by what was found. */
export interface WindowSequence {
  /** How many windows there are to be, as far as that is known. */
  readonly windows: number;
  /** How many blocks are to be kept of these. */
  readonly blocks: number;
  readonly rounds: number;
  /** How long the windows after this one take, `undefined` where that is for the server to say. */
  readonly laterMs: number | undefined;
  /** Whether a window whose connections fail too often is a result, and not the end. */
  readonly toleratesErrors: boolean;
  /** What was searched for so far; empty without a search. */
  readonly capacity: readonly CapacityRecord[];
  /** The next window, `undefined` when all is measured. */
  next(): PlannedWindow | undefined;
  /** Takes what the last window came to. */
  observe(blocks: readonly BlockRecord[]): void;
}

/** A plan that stands. */
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

  next(): PlannedWindow | undefined {
    return this.#windows[this.#next++];
  }

  observe(): void {
    // A plan is made before.
  }
}
