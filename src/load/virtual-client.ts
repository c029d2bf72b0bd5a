import { offersSession } from '../domain/mode.ts';
import type { Attempt, Client, Outcome, Session } from '../engine/engine.ts';
import type { TicketHabit } from './ticket-habit.ts';

/** What the client's next handshake is for. */
export type Purpose = 'prime' | 'probe' | 'measure';

/**
 * One simulated client: it has at most one connection, and a session of its own. Session policy `distinct`: no two clients share one,
 * as in the field, so the server's cost of issuing and of looking up sessions shows.
 *
 * It is its own attempt: the engine reads it while the connection lives.
 */
export class VirtualClient implements Attempt {
  readonly client: Client;
  purpose: Purpose = 'prime';
  tap = false;
  /** When its first connection began and its last one ended, on the engines' clock. */
  firstStartNs = Number.NaN;
  lastEndNs = Number.NaN;
  /** Time that its connections account for. */
  residenceNs = 0;

  readonly #habit: TicketHabit;
  #session: Session | undefined;

  constructor(client: Client, habit: TicketHabit) {
    this.client = client;
    this.#habit = habit;
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** What the handshake offers: nothing in mode `full` and while priming, whatever the client holds. */
  get session(): Session | undefined {
    return this.purpose === 'prime' || !offersSession(this.client.settings.mode) ? undefined : this.#session;
  }

  get awaitTicket(): boolean {
    return this.#habit.awaits(this.session !== undefined);
  }

  /** Some servers drop a session whose connection did not end in order. */
  get polite(): boolean {
    return this.purpose !== 'measure';
  }

  /** Whether the session is older than the lifetime that the server stated; one without a stated lifetime never is. */
  isExpired(nowNs: number): boolean {
    const session = this.#session;
    return session !== undefined && session.lifetimeS > 0 && nowNs - session.receivedNs > session.lifetimeS * 1e9;
  }

  /** Takes what an outcome brought: the newest session replaces the old one, and one that was refused is dropped. */
  learn(outcome: Outcome): void {
    this.#habit.learn(outcome, this.awaitTicket);
    // RFC 5246, section 7.2.2: a fatal alert ends the session too.
    if (outcome.failure?.kind === 'alert') this.#replace(undefined);
    if (outcome.failure !== undefined) return;
    const isRefused = this.session !== undefined && !outcome.evidence.resumed;
    if (outcome.session !== undefined || isRefused) this.#replace(outcome.session);
  }

  /** Forgets what was timed: a window begins. */
  startWindow(): void {
    this.purpose = 'measure';
    this.firstStartNs = Number.NaN;
    this.lastEndNs = Number.NaN;
    this.residenceNs = 0;
  }

  /** Begins anew without a session. */
  startPriming(): void {
    this.#replace(undefined);
    this.purpose = 'prime';
    this.tap = true;
  }

  free(): void {
    this.#replace(undefined);
  }

  #replace(session: Session | undefined): void {
    this.#session?.free();
    this.#session = session;
  }
}
