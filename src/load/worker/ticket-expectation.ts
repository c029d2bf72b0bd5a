import type { UnusableReason } from '../../domain/judgement.ts';
import type { Attempt, Outcome } from '../../engine/engine.ts';

/** More in a row are not late, all of them. */
const MOST_MISSING = 20;

/**
 * Expects TLS 1.3 tickets of a server or not, after a full and after a resumed handshake: some give none
 * on resumption, and waiting for them would hold every virtual client for the whole ticket timeout.
 * Learned while priming, kept for the run.
 */
export class TicketExpectation {
  #afterFull = true;
  #hasGiven = false;
  /** Full handshakes since the last ticket. */
  #missing = 0;
  #afterResumed: boolean | undefined;
  #unusable: UnusableReason | undefined;

  /** The reason why the last ticket that came is no session. */
  get unusable(): UnusableReason | undefined {
    return this.#unusable;
  }

  /** True while it is still to be found out what the server does on resumption. */
  get isUnknown(): boolean {
    return this.#afterResumed === undefined;
  }

  /** Says whether a ticket is to be waited for after a handshake, which resumes only if it offers a session. */
  awaitTicket(offersSession: boolean): Attempt['awaitTicket'] {
    if (!offersSession) return this.#afterFull;
    return (this.#afterResumed ?? true) || (this.#afterFull ? 'unless-resumed' : false);
  }

  observe(outcome: Outcome): void {
    this.#unusable = outcome.unusableTicket ?? this.#unusable;
    if (outcome.failure !== undefined || outcome.evidence.protocol !== 'TLSv1.3') return;
    const { offered, resumed } = outcome.evidence;
    const awaited = this.awaitTicket(offered !== undefined);
    const wasAwaited = awaited === 'unless-resumed' ? !resumed : awaited;
    if (!wasAwaited && outcome.ticketsReceived === 0) return;
    if (resumed) this.#afterResumed = outcome.ticketsReceived > 0;
    else this.#observeFull(outcome.ticketsReceived > 0);
  }

  /**
   * A ticket that does not come from a server which gives them was late, or went with its connection: without waiting for others clients
   * would have no session for the rest of the run. When none come any more the server gives none any more.
   */
  #observeFull(hasGiven: boolean): void {
    this.#hasGiven ||= hasGiven;
    this.#missing = hasGiven ? 0 : this.#missing + 1;
    this.#afterFull = this.#hasGiven && this.#missing < MOST_MISSING;
  }
}
