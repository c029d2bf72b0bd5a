import type { EventRecord } from '../domain/event-record.ts';
import type { Notice } from '../domain/notice.ts';
import { nowNs } from '../engine/clock.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { ServerEvent } from './prepare/server-events.ts';
import { within } from '../engine/within.ts';

/** Longer than any server takes to start and to stop. */
const LONGEST_MS = 60_000;

/** How often the number of finished handshakes is looked at. */
const POLL_MS = 10;

export interface WindowEventOptions {
  /** Those of the states that the window measures. */
  readonly events: readonly ServerEvent[];
  readonly round: number;
  readonly position: number;
  readonly generator: Pick<LoadGenerator, 'progress'>;
  readonly onEvent: (event: EventRecord) => void;
  /** The engines' clock, in ns. */
  readonly now?: () => number;
}

/** The outcome of a window's events. */
export interface WindowEventsEnd {
  /** Events that happened, or failed to, in the order of their beginning. */
  readonly records: readonly EventRecord[];
  readonly notices: readonly Notice[];
}

/** Carries out events in the middle of a window: at their time, or after so many handshakes; those of one state one after the other. */
export class WindowEvents {
  readonly #options: WindowEventOptions;
  readonly #waiting: Set<ServerEvent>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #records: EventRecord[] = [];
  /** What is done to a state goes on until this settles. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #now: () => number;
  #startNs = 0;

  constructor(options: WindowEventOptions) {
    this.#options = options;
    this.#now = options.now ?? nowNs;
    this.#waiting = new Set(options.events);
  }

  /** Starts the clock of the events. @param startNs of the window, on the engines' clock; it may be a moment ahead. */
  begin(startNs: number): void {
    this.#startNs = startNs;
    const counted = [...this.#waiting].filter(({ after }) => after !== undefined);
    for (const event of this.#waiting) if (event.at !== undefined) this.#beginAt(event, event.at);
    if (counted.length > 0) this.#watch(counted);
  }

  /**
   * Waits for what is under way, and drops the rest.
   *
   * @param isCutShort whether the window ended before its time, so that nobody wonders about what is dropped.
   */
  async end({ isCutShort }: { readonly isCutShort: boolean }): Promise<WindowEventsEnd> {
    for (const timer of this.#timers) clearTimeout(timer);
    const missed = isCutShort ? [] : [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(this.#underWay.values());
    return {
      records: this.#records.toSorted((a, b) => a.atNs - b.atNs),
      notices: [...this.#records.flatMap(failureNotices), ...missed.map((event) => this.#missedNotice(event))],
    };
  }

  #missedNotice({ state, action }: ServerEvent): Notice {
    return { code: 'event-missed', severity: 'warning', state, action, round: this.#options.round };
  }

  #beginAt(event: ServerEvent, atMs: number): void {
    const leftMs = atMs - (this.#now() - this.#startNs) / 1e6;
    this.#timers.push(
      setTimeout(() => {
        this.#begin(event);
      }, leftMs),
    );
  }

  #watch(counted: readonly ServerEvent[]): void {
    const timer = setInterval(() => {
      const { finished } = this.#options.generator.progress();
      for (const event of counted) if (finished >= (event.after ?? 0)) this.#begin(event);
    }, POLL_MS);
    this.#timers.push(timer);
  }

  #begin(event: ServerEvent): void {
    if (!this.#waiting.delete(event)) return;
    const before = this.#underWay.get(event.state) ?? Promise.resolve();
    this.#underWay.set(
      event.state,
      before.then(() => this.#carryOut(event)),
    );
  }

  async #carryOut(event: ServerEvent): Promise<void> {
    const { round, position, onEvent } = this.#options;
    const beginNs = this.#now();
    const failure = await within(LONGEST_MS, event.carryOut()).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const record: EventRecord = {
      state: event.state,
      action: event.action,
      node: event.node ?? null,
      round,
      position,
      atNs: Math.max(0, Math.round(beginNs - this.#startNs)),
      tookNs: Math.round(this.#now() - beginNs),
      failure,
    };
    this.#records.push(record);
    onEvent(record);
  }
}

const failureNotices = ({ state, action, round, failure: reason }: EventRecord): Notice[] =>
  reason === null ? [] : [{ code: 'event-failed', severity: 'error', state, action, round, reason }];
