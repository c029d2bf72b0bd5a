import { offersSession } from '../../domain/mode.ts';
import type { MissingReason } from '../../domain/judgement.ts';
import type { Attempt, Client, Outcome, Session } from '../../engine/engine.ts';
import type { SessionStore } from './session-store.ts';
import type { TicketExpectation } from './ticket-expectation.ts';

/** The purpose of a client's next handshake. Only `measure` is measured. */
export type Purpose = 'prime' | 'probe' | 'replenish' | 'measure';

/** One simulated client: it has at most one connection. It is its own attempt: the engine reads it while the connection lives. */
export class VirtualClient implements Attempt {
  readonly client: Client;
  /** Index of its stream in the window. */
  readonly stream: number;
  purpose: Purpose = 'prime';
  tap = false;
  /** Intended start of its handshake, on the engines' clock. */
  intendedNs = 0;
  /** Its slot among those in flight. */
  slot = 0;

  /** Nothing of its connection may be left when the next one begins. */
  #isAlone = false;
  readonly #sessions: SessionStore;
  readonly #expectation: TicketExpectation;

  constructor(
    client: Client,
    stream: number,
    { sessions, expectation }: { readonly sessions: SessionStore; readonly expectation: TicketExpectation },
  ) {
    this.client = client;
    this.stream = stream;
    this.#sessions = sessions;
    this.#expectation = expectation;
  }

  get hasSession(): boolean {
    return this.#sessions.session !== undefined;
  }

  /** The session that the handshake offers: nothing in mode `full` and while a session is fetched, whatever the client holds. */
  get session(): Session | undefined {
    const offers = this.purpose === 'measure' || this.purpose === 'probe';
    return offers && offersSession(this.client.settings.mode) ? this.#sessions.session : undefined;
  }

  get awaitTicket(): Attempt['awaitTicket'] {
    return this.#expectation.awaitTicket(this.session !== undefined);
  }

  /** Whatever the purpose: some servers give a ticket only with their first answer. */
  get sendsRequest(): boolean {
    return this.client.settings.request !== undefined;
  }

  /** Some servers drop a session whose connection did not end in order; and one at a time means that the last one is over. */
  get closeNotify(): boolean {
    return this.purpose !== 'measure' || this.#isAlone;
  }

  /** True when its only session was used up: another must be fetched by an unmeasured full handshake. */
  get isSpent(): boolean {
    return this.#sessions.isSingleUse && this.purpose === 'measure' && !this.hasSession;
  }

  isExpired(nowNs: number): boolean {
    return this.#sessions.isExpired(nowNs);
  }

  /** The reason why it has no session: the last one was broken off, or the last ticket that came is none. */
  get missing(): MissingReason | undefined {
    return this.#sessions.wasBrokenOff ? 'session-broken-off' : this.#expectation.unusable;
  }

  /** Notes that {@link session} is offered. @returns true the first time. */
  noteOffer(): boolean {
    return this.#sessions.noteOffer();
  }

  /** Takes what an outcome brought. */
  observe(outcome: Outcome): void {
    this.#expectation.observe(outcome);
    // Making a session out of what the server gave costs a few us: only for clients that will offer it.
    if (offersSession(this.client.settings.mode)) this.#sessions.observe(outcome);
  }

  /** Another client, with the same session if that may be: for one more connection at a time than there are clients. */
  cloneForOverflow(): VirtualClient {
    return new VirtualClient(this.client, this.stream, {
      sessions: this.#sessions.forOverflow(),
      expectation: this.#expectation,
    });
  }

  startMeasuring(intendedNs: number, tap: boolean, isAlone: boolean): void {
    this.purpose = 'measure';
    this.#isAlone = isAlone;
    this.intendedNs = intendedNs;
    this.tap = tap;
  }

  startPriming(): void {
    this.purpose = 'prime';
    this.tap = true;
  }

  free(): void {
    this.#sessions.free();
  }
}
