import { BLOCK_COUNTS } from '../../domain/block-counts.ts';
import { failureKey, type Failure } from '../../domain/failure.ts';
import type { DeclineReason } from '../../domain/judgement.ts';
import type { HandshakeSplit, Negotiated, Outcome } from '../../engine/engine.ts';
import type { MeasuredStream } from '../protocol/messages.ts';
import { certificatesOf } from './certificates.ts';
import { TimelineTally } from './timeline-tally.ts';

/** Reading what was negotiated allocates: once a second it costs nothing, and a change is seen in the window. */
const LOOK_EVERY_NS = 1e9;

/** From here on a status says that the request was not fulfilled (RFC 9110, section 15). */
const LEAST_ERROR_STATUS = 400;

/** Counts the outcomes of one cell in one window. Only honoured handshakes enter the histograms. */
export class Tally {
  readonly #counts = BLOCK_COUNTS.counter();
  readonly #isScheduled: boolean;
  readonly #timeline: TimelineTally | undefined;
  /** Of the first honoured handshake whose hellos were read. */
  #negotiated: Negotiated | undefined;
  /** Of an honoured handshake of the last second or so: the server may have changed meanwhile. */
  #latest: Negotiated | undefined;
  #nextLookNs = 0;

  /**
   * @param isScheduled whether starts are due by a schedule, so that lateness and response time mean something.
   * @param timelineNs length of the intervals that are counted apart; `undefined` where none are.
   */
  constructor(isScheduled: boolean, timelineNs: number | undefined) {
    this.#isScheduled = isScheduled;
    this.#timeline = timelineNs === undefined ? undefined : new TimelineTally(timelineNs);
    // A schedule in which nothing falls due is a schedule all the same.
    if (isScheduled) this.#counts.schedule.begin();
  }

  /** @param startNs the common start of the window, on the engines' clock. */
  begin(startNs: number): void {
    this.#timeline?.begin(startNs);
  }

  /** Counts a start that fell due and is made. */
  started(wasConnectionLimited: boolean): void {
    if (!this.#isScheduled) return;
    const { due, connectionLimited } = this.#counts.schedule.begin();
    due.add();
    if (wasConnectionLimited) connectionLimited.add();
  }

  /** Counts a start that fell due and is never made. */
  dropped(): void {
    const { due, dropped } = this.#counts.schedule.begin();
    due.add();
    dropped.add();
  }

  /** Counts a session of that age that is offered. */
  offered(ageNs: number, isFirstTime: boolean): void {
    const { handshakes, sessions, ageNs: ages } = this.#counts.offeredSessions.begin();
    handshakes.add();
    ages.record(Math.max(0, ageNs));
    if (isFirstTime) sessions.add();
  }

  /** Counts any measured attempt, whether it failed or not. */
  ended(outcome: Outcome, intendedNs: number): void {
    const residenceNs = outcome.endNs - outcome.startNs;
    this.#counts.residenceNs.add(residenceNs);
    this.#counted(outcome);
    if (outcome.retransmissions > 0) this.#retransmitted(outcome.retransmissions, residenceNs);
    if (this.#isScheduled) this.#counts.schedule.begin().lateNs.record(Math.max(0, outcome.startNs - intendedNs));
  }

  /** Counts an honoured handshake. @returns the time that a user waited: under a schedule from the intended start. */
  honoured(outcome: Outcome, intendedNs: number): number {
    const { honoured, handshakeNs, connectNs, mechanisms } = this.#counts;
    this.#finished(outcome);
    honoured.add();
    handshakeNs.record(outcome.handshakeNs);
    connectNs.record(outcome.connectNs);
    if (outcome.split !== undefined) this.#split(outcome.split);
    const waitedNs = this.#isScheduled ? this.#timed(outcome, intendedNs) : outcome.handshakeNs;
    this.#timeline?.honoured(outcome.endNs, waitedNs);
    if (outcome.evidence.offered !== undefined) mechanisms.add(outcome.evidence.offered);
    // Read where the hellos are: an engine may keep what was negotiated of those handshakes alone.
    if (outcome.evidence.hello !== undefined && outcome.endNs >= this.#nextLookNs) this.#look(outcome);
    return waitedNs;
  }

  /** Counts the first byte of the answer, of an honoured handshake that sent a request. */
  requested({ firstByteNs, handshakeNs, answerStatus }: Outcome): void {
    const first = this.#counts.firstByte.begin();
    if (firstByteNs === 0) {
      first.unanswered.add();
      return;
    }
    if (answerStatus >= LEAST_ERROR_STATUS) first.errorStatuses.add(String(answerStatus));
    first.firstByteNs.record(firstByteNs);
    first.firstByteAfterHandshakeNs.record(Math.max(0, firstByteNs - handshakeNs));
  }

  declined(outcome: Outcome, reason: DeclineReason): void {
    this.#finished(outcome);
    this.#counts.declined.add(reason);
    this.#timeline?.declined(outcome.endNs);
  }

  failed(failure: Failure, endNs: number): void {
    this.#counts.errors.add(failureKey(failure));
    this.#timeline?.failed(endNs);
  }

  /** Counts an unmeasured handshake that fetched a session: its connection takes its time all the same. */
  replenished(outcome: Outcome): void {
    this.#counts.replenished.add();
    this.#counts.residenceNs.add(outcome.endNs - outcome.startNs);
    this.#counted(outcome);
    if (outcome.failure !== undefined) this.failed(outcome.failure, outcome.endNs);
  }

  /** Encodes histograms, which takes milliseconds. */
  report(): MeasuredStream {
    return {
      counts: this.#counts.report(),
      ...(this.#timeline !== undefined && { timeline: this.#timeline.report() }),
      negotiated: this.#negotiated ?? null,
      certificates: certificatesOf(this.#negotiated, this.#latest),
    };
  }

  /** Counts a handshake as the server does. */
  #counted({ failure, evidence }: Outcome): void {
    if (failure !== undefined) return;
    const { full, resumed } = this.#counts.finished;
    (evidence.resumed ? resumed : full).add();
  }

  #look(outcome: Outcome): void {
    this.#latest = outcome.negotiated();
    this.#negotiated ??= this.#latest;
    this.#nextLookNs = outcome.endNs + LOOK_EVERY_NS;
  }

  #split(parts: HandshakeSplit): void {
    const { waitNs, clientNs, queueNs } = this.#counts.split.begin();
    waitNs.record(parts.waitNs);
    clientNs.record(parts.clientNs);
    queueNs.record(parts.queueNs);
  }

  #retransmitted(sentAgain: number, ns: number): void {
    const { connections, segments, residenceNs } = this.#counts.retransmitted.begin();
    connections.add();
    segments.add(sentAgain);
    residenceNs.record(ns);
  }

  #timed({ startNs, connectNs, handshakeNs }: Outcome, intendedNs: number): number {
    const { serviceNs, responseNs } = this.#counts.schedule.begin();
    const respondedNs = Math.max(0, startNs - intendedNs) + connectNs + handshakeNs;
    serviceNs.record(connectNs + handshakeNs);
    responseNs.record(respondedNs);
    return respondedNs;
  }

  #finished({ evidence: { hello }, ticketsReceived, ticketNs, newestTicket, bytesIn, bytesOut }: Outcome): void {
    const counts = this.#counts;
    counts.handshakes.add();
    if (hello !== undefined) counts.tapped.add();
    if (hello?.helloRetry === true) counts.helloRetries.add();
    counts.ticketsReceived.add(ticketsReceived);
    counts.bytesIn.add(bytesIn);
    counts.bytesOut.add(bytesOut);
    if (newestTicket === undefined) return;
    const { afterNs, leastBytes, mostBytes, leastLifetimeS, mostLifetimeS } = counts.tickets.begin();
    if (ticketNs > 0) afterNs.record(ticketNs);
    leastBytes.include(newestTicket.ticketBytes);
    mostBytes.include(newestTicket.ticketBytes);
    leastLifetimeS.include(newestTicket.lifetimeS);
    mostLifetimeS.include(newestTicket.lifetimeS);
  }
}
