import type { CapacityRecord } from '../domain/capacity-record.ts';
import type { Recording } from '../domain/run-record.ts';
import { plannedMs, type PlannedVisit } from '../scenario/plan.ts';

/** What a run measures, window after window: a plan that stands, or a search that goes by what was found. */
export interface Agenda {
  /** How many windows there are to be, as far as that is known. */
  readonly windows: number;
  /** How many recordings are to be kept of these. */
  readonly recordings: number;
  readonly rounds: number;
  /** How long the windows after this one take, `undefined` where that is for the server to say. */
  readonly laterMs: number | undefined;
  /** Whether a window whose connections fail too often is a result, and not the end. */
  readonly bearsErrors: boolean;
  /** What was searched for so far; empty without a search. */
  readonly capacity: readonly CapacityRecord[];
  /** The next window, `undefined` when all is measured. */
  next(): PlannedVisit | undefined;
  /** Takes what the last window came to. */
  learn(recordings: readonly Recording[]): void;
}

/** A plan that stands. */
export class PlannedAgenda implements Agenda {
  readonly bearsErrors = false;
  readonly capacity = [];
  readonly rounds: number;
  readonly #visits: readonly PlannedVisit[];
  #next = 0;

  constructor(visits: readonly PlannedVisit[], rounds: number) {
    this.#visits = visits;
    this.rounds = rounds;
  }

  get windows(): number {
    return this.#visits.length;
  }

  get recordings(): number {
    return this.#visits.filter(({ round }) => round >= 0).flatMap(({ streams }) => streams).length;
  }

  get laterMs(): number | undefined {
    const later = this.#visits.slice(this.#next).map((visit) => plannedMs(visit));
    return later.reduce((sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms), 0);
  }

  next(): PlannedVisit | undefined {
    return this.#visits[this.#next++];
  }

  learn(): void {
    // A plan is made before.
  }
}
