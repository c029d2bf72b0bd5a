import { LEAST_PER_SECOND, nextStep, type SearchStep } from '../analysis/capacity/search.ts';
import { judgeTrial } from '../analysis/capacity/trial-verdict.ts';
import { cellId } from '../domain/cell.ts';
import type { CapacityRecord } from '../domain/capacity-record.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import type { Expansion, Stream } from '../scenario/expand.ts';
import type { PlannedWindow } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/schema.ts';
import { seededRandom, shuffled } from '../stats/random.ts';
import type { WindowSequence } from './window-sequence.ts';

const DEFAULT_TRIAL_MS = 5000;

/** Fewer handshakes than this beyond the objective's quantile are chance... */
const LEAST_BEYOND = 10;

/** ...but at a low rate nobody waits for them longer than so many times a trial's time. */
const MOST_STRETCH = 4;

/** Time for which a target is kept busy at first: it warms both sides up and shows about where to begin. */
const SATURATING_MS = 1000;

/** A queue of requests takes up the rate that a target can do at most; what it can do in time is a little below. */
const FIRST_SHARE = 0.8;

/** A target that is kept busy with this part of what it can do has no queue: what fails there fails for another reason. */
const LEAST_SHARE = 0.02;

/** The first rate where nothing was honoured. */
const FIRST_PER_SECOND = 10;

/** As many trials as a search mostly takes, for the progress. */
const USUAL_TRIALS = 8;

/** Searches the capacity of one stream after the other: keeps it busy for a moment, and then tries rates. */
export class CapacitySearch implements WindowSequence {
  readonly toleratesErrors = true;
  readonly #searches: readonly Search[];

  constructor(scenario: Scenario, { groups }: Expansion, seed: number) {
    this.#searches = shuffled(groups, seededRandom(seed)).map((streams) => new Search(scenario, streams));
  }

  get windows(): number {
    return this.#searches.reduce((sum, search) => sum + search.windows, 0);
  }

  get blocks(): number {
    return this.#searches.reduce((sum, search) => sum + search.trials * search.streams.length, 0);
  }

  get rounds(): number {
    return this.#current?.trials ?? USUAL_TRIALS;
  }

  /** A guess: by how many trials a search mostly takes. */
  get laterMs(): number {
    return this.#searches.reduce((sum, search) => sum + search.laterMs, 0);
  }

  get capacity(): CapacityRecord[] {
    return this.#searches.flatMap((search) => search.record ?? []);
  }

  windowsUntil(): undefined {
    // A search has no looks: it ends when it has found the rate.
  }

  next(): PlannedWindow | undefined {
    const search = this.#current;
    return search && { position: this.#searches.indexOf(search), streams: search.streams, ...search.next() };
  }

  observe(blocks: readonly BlockRecord[]): void {
    this.#current?.observe(blocks);
  }

  get #current(): Search | undefined {
    return this.#searches.find(({ step }) => step?.step !== 'done');
  }
}

class Search {
  readonly streams: readonly Stream[];
  /** `undefined` until the target was kept busy. */
  step: SearchStep | undefined;
  record: CapacityRecord | undefined;
  readonly #asked: Pick<CapacityRecord, 'objective' | 'maxErrors' | 'tolerance'>;
  readonly #leastMs: number;
  #firstPerSecond = FIRST_PER_SECOND;
  /** Honoured per second while the target was kept busy; `undefined` where nothing was. */
  #busyPerSecond: number | undefined;

  constructor({ load, plan }: Scenario, streams: readonly Stream[]) {
    if (load.objective === undefined) throw new TypeError('a search without an objective');
    this.streams = streams;
    this.#asked = { objective: load.objective, maxErrors: load.maxErrors, tolerance: load.tolerance };
    this.#leastMs = plan.duration ?? DEFAULT_TRIAL_MS;
  }

  /** As many as were made, and at least as many as it mostly takes. */
  get trials(): number {
    const made = this.record?.trials.length ?? 0;
    return this.step?.step === 'done' ? made : Math.max(made + 1, USUAL_TRIALS);
  }

  get windows(): number {
    return this.trials + 1;
  }

  get laterMs(): number {
    return (this.trials - (this.record?.trials.length ?? 0)) * this.#leastMs;
  }

  next(): Pick<PlannedWindow, 'round' | 'bound' | 'profile'> {
    if (this.step?.step !== 'trial')
      return { round: -1, bound: { by: 'duration', durationMs: SATURATING_MS }, profile: undefined };
    return {
      round: this.record?.trials.length ?? 0,
      bound: { by: 'duration', durationMs: this.#trialMs(this.step.perSecond) },
      profile: { shape: 'constant', perSecond: this.step.perSecond },
    };
  }

  observe(blocks: readonly BlockRecord[]): void {
    if (this.step?.step === 'trial') this.#judge(blocks, this.step.perSecond);
    else this.#guess(blocks);
    const { tolerance } = this.#asked;
    this.step = nextStep({ firstPerSecond: this.#firstPerSecond, tolerance, ...this.#floor() }, this.record?.trials ?? []);
    const found = this.step.step === 'done' ? this.step : undefined;
    this.record = {
      cells: this.streams.map(({ cell }) => cellId(cell)),
      ...this.#asked,
      trials: this.record?.trials ?? [],
      foundPerSecond: found?.foundPerSecond ?? null,
      failsPerSecond: found?.failsPerSecond ?? null,
      isConfirmed: found?.isConfirmed ?? false,
      isOver: found !== undefined,
    };
  }

  #trialMs(perSecond: number): number {
    const beyond = 1 - Math.min(0.99, this.#asked.objective.quantile);
    const wantedMs = (LEAST_BEYOND / beyond / perSecond) * 1000;
    return Math.max(this.#leastMs, Math.min(wantedMs, this.#leastMs * MOST_STRETCH));
  }

  #guess(blocks: readonly BlockRecord[]): void {
    const perSecond = blocks.reduce((sum, { honoured, durationNs }) => sum + (honoured * 1e9) / Math.max(1, durationNs), 0);
    if (perSecond === 0) return;
    this.#busyPerSecond = perSecond;
    this.#firstPerSecond = perSecond * FIRST_SHARE;
  }

  #floor(): { readonly leastPerSecond?: number } {
    return this.#busyPerSecond === undefined
      ? {}
      : { leastPerSecond: Math.max(LEAST_PER_SECOND, this.#busyPerSecond * LEAST_SHARE) };
  }

  #judge(blocks: readonly BlockRecord[], perSecond: number): void {
    if (this.record === undefined) throw new TypeError('a trial before the search');
    const { objective, maxErrors } = this.#asked;
    const { responseNs, medianNs, ...outcome } = judgeTrial(blocks, { ...objective, maxErrors }, this.#trialMs(perSecond));
    const trial = { perSecond, ...outcome, responseNs: responseNs ?? null, medianNs: medianNs ?? null };
    this.record = { ...this.record, trials: [...this.record.trials, trial] };
  }
}
