import type { Failure } from '../../domain/failure.ts';
import type { UnusableReason } from '../../domain/judgement.ts';
import type { Evidence } from '../../domain/kind.ts';
import { Awaited } from '../awaited.ts';
import type { Attempt, HandshakeSplit, Negotiated, Outcome, Session, TicketFacts } from '../engine.ts';
import { HandshakeClock } from './handshake-clock.ts';
import type { TlsConnection } from './tls-connection.ts';

/** Slots and generations share the 32 bits of an event's token. */
const SLOT_BITS = 16;
export const MOST_SLOTS = 2 ** SLOT_BITS;

/** `notified` is for a moment only: the server was told of an end that nobody waits for. */
export type Stage = 'free' | 'connecting' | 'handshaking' | 'awaiting' | 'closing' | 'notified';

/** A place for one connection at a time: its socket, its TLS connection and its times. It is its own outcome. */
export class Slot implements Outcome {
  readonly index: number;
  readonly connection: TlsConnection;
  stage: Stage = 'free';
  /** Counts the connections of this slot, so that an event of an earlier one is known as such. */
  generation = 0;
  fd = -1;
  attempt: Attempt | undefined;
  /** Time at which the stage ends by itself. */
  deadlineNs = Number.POSITIVE_INFINITY;
  /** Bytes that the socket did not take at once; rare. */
  unsent: Buffer | undefined;

  failure: Failure | undefined;
  startNs = 0;
  connectNs = 0;
  handshakeNs = 0;
  ticketNs = 0;
  firstByteNs = 0;
  endNs = 0;
  bytesIn = 0;
  bytesOut = 0;
  retransmissions = 0;
  readonly clock = new HandshakeClock();
  /** Time at which the handshake was over. */
  #finishedNs = 0;
  /** True when each arrival of the handshake was stamped; of a later one it says nothing. */
  #isSplit = false;
  readonly #awaited = new Awaited();
  /** True once the wait for a ticket was given up: one that comes later is not taken. */
  #hasGivenUpTicket = false;
  /** True when sending has found the connection reset. The error is reported once: reading then sees an end like any other. */
  isReset = false;
  #evidence: Evidence | undefined;
  #session: Session | undefined;
  #hasSession = false;

  constructor(index: number, connection: TlsConnection) {
    this.index = index;
    this.connection = connection;
  }

  /** Identifies the events of its socket. */
  get token(): number {
    return this.generation * MOST_SLOTS + this.index;
  }

  /** Asked for several times, and only once the connection is settled. */
  get evidence(): Evidence {
    return (this.#evidence ??= this.connection.evidence);
  }

  get split(): HandshakeSplit | undefined {
    return this.#isSplit ? this.clock : undefined;
  }

  get ticketsReceived(): number {
    return this.#hasGivenUpTicket ? 0 : this.connection.ticketsReceived;
  }

  get unusableTicket(): UnusableReason | undefined {
    const isLate = this.#hasGivenUpTicket && this.connection.ticketsReceived > 0;
    return isLate ? 'ticket-late' : this.connection.unusableTicket;
  }

  get answerStatus(): number {
    return this.connection.answer.status;
  }

  get asksForCertificate(): boolean {
    return this.connection.asksForCertificate;
  }

  get newestTicket(): TicketFacts | undefined {
    return this.#hasGivenUpTicket ? undefined : this.connection.newestTicket;
  }

  get session(): Session | undefined {
    if (!this.#hasSession && !this.#hasGivenUpTicket) {
      this.#session = this.connection.takeSession();
      this.#hasSession = true;
    }
    return this.#session;
  }

  negotiated(): Negotiated {
    return this.connection.negotiated();
  }

  /** Makes the slot ready for a new connection: the one place where its state is reset. */
  begin(attempt: Attempt, nowNs: number): void {
    this.attempt = attempt;
    // The last of all tokens belongs to no slot.
    this.generation = (this.generation + 1) % (MOST_SLOTS - 1);
    this.stage = 'connecting';
    this.startNs = nowNs;
    this.deadlineNs = nowNs + attempt.client.settings.connectTimeoutMs * 1e6;
    this.failure = undefined;
    this.connectNs = 0;
    this.handshakeNs = 0;
    this.#isSplit = false;
    this.retransmissions = 0;
    this.ticketNs = 0;
    this.firstByteNs = 0;
    this.#awaited.clear();
    this.#hasGivenUpTicket = false;
    this.isReset = false;
    this.endNs = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.unsent = undefined;
    this.#evidence = undefined;
    this.#session = undefined;
    this.#hasSession = false;
  }

  /** Ends the handshake, and begins to await what the attempt wants after it. */
  finish(attempt: Attempt): void {
    const { clock } = this;
    clock.finish();
    this.#finishedNs = clock.finishedNs;
    this.handshakeNs = clock.latencyNs;
    this.#isSplit = clock.isStamped;
    this.stage = 'awaiting';
    this.#awaited.begin(attempt, this.evidence.resumed);
    this.#setRestDeadline(attempt);
  }

  /** Takes the time of what has come. @returns whether nothing more is awaited. */
  hasRest(): boolean {
    const awaited = this.#awaited;
    if (awaited.ticket && this.connection.ticketsReceived > 0) {
      this.ticketNs = this.clock.sinceFinishNs;
      awaited.ticket = false;
    }
    if (awaited.firstByte && this.connection.answer.hasBegun) {
      this.firstByteNs = this.handshakeNs + this.clock.sinceFinishNs;
      awaited.firstByte = false;
    }
    return awaited.isNothing;
  }

  /** Gives up what has not come in its time. */
  giveUpRest(nowNs: number): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    const awaited = this.#awaited;
    const { ticket } = awaited;
    awaited.giveUp(attempt, (nowNs - this.#finishedNs) / 1e6);
    if (ticket && !awaited.ticket) this.#hasGivenUpTicket = true;
    this.#setRestDeadline(attempt);
  }

  #setRestDeadline(attempt: Attempt): void {
    this.deadlineNs = this.#finishedNs + this.#awaited.timeoutMs(attempt) * 1e6;
  }
}
