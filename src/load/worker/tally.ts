import { failureKey, type Failure } from '../../domain/failure.ts';
import type { DeclineReason } from '../../domain/judgement.ts';
import type { Mechanism } from '../../domain/kind.ts';
import type { Negotiated, Outcome } from '../../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';
import { OfferedSessionsTally, type OfferedSessionsReport } from './offered-sessions-tally.ts';
import { ScheduleTally, type ScheduleReport } from './schedule-tally.ts';
import { FirstByteTally, type FirstByteReport } from './first-byte-tally.ts';

/** What one worker counted of one cell in one window, as plain data that crosses threads. */
export interface TallyReport {
  readonly honoured: number;
  readonly declined: Readonly<Partial<Record<DeclineReason, number>>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly mechanisms: Readonly<Partial<Record<Mechanism, number>>>;
  readonly helloRetries: number;
  readonly tapped: number;
  readonly ticketsReceived: number;
  readonly handshakeNs: EncodedHistogram;
  readonly connectNs: EncodedHistogram;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Time that the connections account for. */
  readonly residenceNs: number;
  /** Unmeasured full handshakes that fetched a session to be used once. */
  readonly replenished: number;
  /** `undefined` when no session was offered. */
  readonly offeredSessions: OfferedSessionsReport | undefined;
  /** `undefined` when no session was newestTicket. */
  readonly tickets: TicketsReport | undefined;
  /** `undefined` when nothing was asked behind the handshakes. */
  readonly firstByte: FirstByteReport | undefined;
  /** `undefined` when starts were not due by a schedule. */
  readonly schedule: ScheduleReport | undefined;
  /** Of the first honoured handshake. */
  readonly negotiated: Negotiated | undefined;
}

export interface TicketsReport {
  readonly afterNs: EncodedHistogram;
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly leastLifetimeS: number;
  readonly mostLifetimeS: number;
}

/** Counts the outcomes of one cell in one window. Only honoured handshakes enter the histograms. */
export class Tally {
  readonly #handshakeNs = new LatencyHistogram();
  readonly #connectNs = new LatencyHistogram();
  readonly #ticketNs = new LatencyHistogram();
  readonly #firstByte = new FirstByteTally();
  readonly #schedule: ScheduleTally | undefined;
  readonly #offeredSessions = new OfferedSessionsTally();
  readonly #declined: Partial<Record<DeclineReason, number>> = {};
  readonly #errors: Record<string, number> = {};
  readonly #mechanisms: Partial<Record<Mechanism, number>> = {};
  readonly #ticketBytes = new Range();
  readonly #lifetimeS = new Range();
  #honoured = 0;
  #helloRetries = 0;
  #tapped = 0;
  #ticketsReceived = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #residenceNs = 0;
  #replenished = 0;
  #negotiated: Negotiated | undefined;

  constructor(isScheduled: boolean) {
    this.#schedule = isScheduled ? new ScheduleTally() : undefined;
  }

  /** A start that fell due and is made. */
  began(wasConnectionLimited: boolean): void {
    this.#schedule?.began(wasConnectionLimited);
  }

  /** A start that fell due and is never made. */
  dropped(): void {
    this.#schedule?.dropped();
  }

  /** A session of that age is offered. */
  offered(ageNs: number, isFirstTime: boolean): void {
    this.#offeredSessions.record(ageNs, isFirstTime);
  }

  /** Any measured attempt, whatever came of it. */
  ended(outcome: Outcome, intendedNs: number): void {
    this.#residenceNs += outcome.endNs - outcome.startNs;
    this.#schedule?.late(outcome.startNs - intendedNs);
  }

  honoured(outcome: Outcome, intendedNs: number): void {
    this.#finished(outcome);
    this.#honoured += 1;
    this.#handshakeNs.record(outcome.handshakeNs);
    this.#connectNs.record(outcome.connectNs);
    this.#schedule?.record(outcome, intendedNs);
    const { offered } = outcome.evidence;
    if (offered !== undefined) this.#mechanisms[offered] = (this.#mechanisms[offered] ?? 0) + 1;
    // Read where the hellos are: an engine may keep what was negotiated of those handshakes alone.
    if (outcome.evidence.hello !== undefined) this.#negotiated ??= outcome.negotiated();
  }

  /** An honoured handshake behind which a request was sent. */
  asked(outcome: Outcome): void {
    this.#firstByte.record(outcome);
  }

  declined(outcome: Outcome, reason: DeclineReason): void {
    this.#finished(outcome);
    this.#declined[reason] = (this.#declined[reason] ?? 0) + 1;
  }

  failed(failure: Failure): void {
    const key = failureKey(failure);
    this.#errors[key] = (this.#errors[key] ?? 0) + 1;
  }

  /** An unmeasured handshake that fetched a session. Its connection takes its time all the same. */
  replenished(outcome: Outcome): void {
    this.#replenished += 1;
    this.#residenceNs += outcome.endNs - outcome.startNs;
    if (outcome.failure !== undefined) this.failed(outcome.failure);
  }

  report(): TallyReport {
    return {
      honoured: this.#honoured,
      declined: this.#declined,
      errors: this.#errors,
      mechanisms: this.#mechanisms,
      helloRetries: this.#helloRetries,
      tapped: this.#tapped,
      ticketsReceived: this.#ticketsReceived,
      handshakeNs: this.#handshakeNs.encode(),
      connectNs: this.#connectNs.encode(),
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      residenceNs: this.#residenceNs,
      replenished: this.#replenished,
      offeredSessions: this.#offeredSessions.report(),
      tickets: this.#ticketsReport(),
      firstByte: this.#firstByte.report(),
      schedule: this.#schedule?.report(),
      negotiated: this.#negotiated,
    };
  }

  #finished(outcome: Outcome): void {
    const { hello } = outcome.evidence;
    if (hello !== undefined) this.#tapped += 1;
    if (hello?.helloRetry === true) this.#helloRetries += 1;
    this.#ticketsReceived += outcome.ticketsReceived;
    this.#bytesIn += outcome.bytesIn;
    this.#bytesOut += outcome.bytesOut;
    if (outcome.ticketNs > 0) this.#ticketNs.record(outcome.ticketNs);
    const { newestTicket } = outcome;
    if (newestTicket !== undefined) {
      this.#ticketBytes.include(newestTicket.ticketBytes);
      this.#lifetimeS.include(newestTicket.lifetimeS);
    }
  }

  #ticketsReport(): TicketsReport | undefined {
    if (this.#ticketBytes.isEmpty) return undefined;
    return {
      afterNs: this.#ticketNs.encode(),
      leastBytes: this.#ticketBytes.least,
      mostBytes: this.#ticketBytes.most,
      leastLifetimeS: this.#lifetimeS.least,
      mostLifetimeS: this.#lifetimeS.most,
    };
  }
}

class Range {
  least = Number.POSITIVE_INFINITY;
  most = 0;

  get isEmpty(): boolean {
    return this.least > this.most;
  }

  include(value: number): void {
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
  }
}
