import { offersSession } from '../../domain/mode.ts';
import type { Attempt, Client, Outcome, Session } from '../../engine/engine.ts';
import type { SessionHolder } from './session-store.ts';
import type { TicketExpectation } from './ticket-expectation.ts';

/** What the client's next handshake is for. Only `measure` is measured. */
export type Purpose = 'prime' | 'probe' | 'replenish' | 'measure';

/** One simulated client: it has at most one connection. It is its own attempt: the engine reads it while the connection lives. */
export class VirtualClient implements Attempt {
  readonly client: Client;
  /** Index of its stream in the window. */
  readonly stream: number;
  purpose: Purpose = 'prime';
  tap = false;
  /** When its handshake was to begin, on the engines' clock. */
  intendedNs = 0;
  /** The place among those in flight that it takes. */
  place = 0;

  readonly #holder: SessionHolder;
  readonly #expectation: TicketExpectation;

  constructor(
    client: Client,
    stream: number,
    { holder, expectation }: { readonly holder: SessionHolder; readonly expectation: TicketExpectation },
  ) {
    this.client = client;
    this.stream = stream;
    this.#holder = holder;
    this.#expectation = expectation;
  }

  get hasSession(): boolean {
    return this.#holder.session !== undefined;
  }

  /** The session that the handshake offers: nothing in mode `full` and while a session is fetched, whatever the client holds. */
  get session(): Session | undefined {
    const offers = this.purpose === 'measure' || this.purpose === 'probe';
    return offers && offersSession(this.client.settings.mode) ? this.#holder.session : undefined;
  }

  get awaitTicket(): boolean {
    return this.#expectation.expectsTicket(this.session !== undefined);
  }

  /** The request belongs to what is measured; a priming only fetches a session. */
  get sendsRequest(): boolean {
    return this.purpose === 'measure' && this.client.settings.request !== undefined;
  }

  /** Some servers drop a session whose connection did not end in order. */
  get closeNotify(): boolean {
    return this.purpose !== 'measure';
  }

  isExpired(nowNs: number): boolean {
    return this.#holder.isExpired(nowNs);
  }

  /** What {@link session} gives is offered. @returns whether it is the first time. */
  noteOffer(): boolean {
    return this.#holder.noteOffer();
  }

  /** Takes what an outcome brought. */
  observe(outcome: Outcome): void {
    this.#expectation.observe(outcome);
    // Making a session out of what the server gave costs a few us: only for clients that will offer it.
    if (offersSession(this.client.settings.mode)) this.#holder.observe(outcome);
  }

  /** Another client, with the same session if that may be: for one more connection at a time than there are clients. */
  cloneForOverflow(): VirtualClient {
    return new VirtualClient(this.client, this.stream, { holder: this.#holder.forOverflow(), expectation: this.#expectation });
  }

  startMeasuring(intendedNs: number, tap: boolean): void {
    this.purpose = 'measure';
    this.intendedNs = intendedNs;
    this.tap = tap;
  }

  startPriming(): void {
    this.purpose = 'prime';
    this.tap = true;
  }

  free(): void {
    this.#holder.free();
  }
}
