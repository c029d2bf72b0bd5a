import { offersSession } from '../domain/mode.ts';
import type { Attempt, Client, Outcome, Session } from '../engine/engine.ts';
import type { SessionHolder } from './session-holder.ts';
import type { TicketHabit } from './ticket-habit.ts';

/** What the client's next handshake is for. Only `measure` is measured. */
export type Purpose = 'prime' | 'probe' | 'replenish' | 'measure';

/** One simulated client: it has at most one connection. It is its own attempt: the engine reads it while the connection lives. */
export class VirtualClient implements Attempt {
  readonly client: Client;
  purpose: Purpose = 'prime';
  tap = false;
  /** When its first connection began and its last one ended, on the engines' clock. */
  firstStartNs = Number.NaN;
  lastEndNs = Number.NaN;
  /** Time that its connections account for. */
  residenceNs = 0;

  readonly #holder: SessionHolder;
  readonly #habit: TicketHabit;

  constructor(client: Client, holder: SessionHolder, habit: TicketHabit) {
    this.client = client;
    this.#holder = holder;
    this.#habit = habit;
  }

  get hasSession(): boolean {
    return this.#holder.session !== undefined;
  }

  /** What the handshake offers: nothing in mode `full` and while a session is fetched, whatever the client holds. */
  get session(): Session | undefined {
    const offers = this.purpose === 'measure' || this.purpose === 'probe';
    return offers && offersSession(this.client.settings.mode) ? this.#holder.session : undefined;
  }

  get awaitTicket(): boolean {
    return this.#habit.awaits(this.session !== undefined);
  }

  /** Some servers drop a session whose connection did not end in order. */
  get polite(): boolean {
    return this.purpose !== 'measure';
  }

  isExpired(nowNs: number): boolean {
    return this.#holder.isExpired(nowNs);
  }

  /** Takes what an outcome brought. */
  learn(outcome: Outcome): void {
    this.#habit.learn(outcome);
    this.#holder.learn(outcome);
  }

  /** Forgets what was timed: a window begins. */
  startWindow(): void {
    this.purpose = 'measure';
    this.firstStartNs = Number.NaN;
    this.lastEndNs = Number.NaN;
    this.residenceNs = 0;
  }

  startPriming(): void {
    this.purpose = 'prime';
    this.tap = true;
  }

  free(): void {
    this.#holder.free();
  }
}
