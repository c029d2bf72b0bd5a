import type { SessionPolicy } from '../../domain/session-policy.ts';
import type { Failure } from '../../domain/failure.ts';
import type { Outcome, Session } from '../../engine/engine.ts';

/** Keeps the session that is offered next, by a policy. One virtual client has it, or all of a worker share it. */
export class SessionStore {
  readonly #policy: SessionPolicy;
  /** Least age of a session that is offered. */
  readonly #offerAfterNs: number;
  #session: Session | undefined;
  #isPrimed = false;
  #wasOffered = false;
  #wasBrokenOff = false;
  /** A newer one that takes the other's place when it is old enough. */
  #maturing: Session | undefined;

  constructor(policy: SessionPolicy, offerAfterNs = 0) {
    this.#policy = policy;
    this.#offerAfterNs = offerAfterNs;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Notes that the session is offered. @returns true the first time. */
  noteOffer(): boolean {
    const isFirstTime = !this.#wasOffered;
    this.#wasOffered = true;
    return isFirstTime;
  }

  /** True while there is no session because the server broke off the handshake that offered the last one. */
  get wasBrokenOff(): boolean {
    return this.#wasBrokenOff && this.#session === undefined;
  }

  get isSingleUse(): boolean {
    return this.#policy === 'single-use';
  }

  /** The store of a client's copy: the same one, but a session that may be offered once is nobody else's. */
  forOverflow(): SessionStore {
    return this.isSingleUse ? new SessionStore(this.#policy, this.#offerAfterNs) : this;
  }

  /** True when the session is older than the lifetime that the server stated; one without a stated lifetime never is. */
  isExpired(nowNs: number): boolean {
    const session = this.#session;
    return session !== undefined && session.lifetimeS > 0 && nowNs - session.receivedNs > session.lifetimeS * 1e9;
  }

  /** Takes over what an outcome brought. */
  observe(outcome: Outcome): void {
    if (outcome.failure !== undefined) {
      if (endsSession(outcome.failure)) {
        this.#wasBrokenOff = this.#wasOffered;
        this.#replace(undefined);
      }
      return;
    }
    this.#take(outcome);
  }

  free(): void {
    this.#replace(undefined);
    this.#maturing?.free();
    this.#maturing = undefined;
  }

  #take(outcome: Outcome): void {
    const { session } = outcome;
    if (this.#policy === 'fixed') {
      if (this.#session === undefined) this.#replace(session);
      else session?.free();
    } else if (this.#offerAfterNs > 0 && this.#isPrimed) this.#mature(session, outcome.endNs);
    else {
      const wasOffered = outcome.evidence.offered !== undefined;
      const isRefused = wasOffered && !outcome.evidence.resumed;
      if (session !== undefined || isRefused || (wasOffered && this.isSingleUse)) this.#replace(session);
    }
  }

  /**
   * Goes on offering the old session, refused or not, until a newer one has the age: what is asked about is the age. The very first one
   * comes of age between priming and window.
   */
  #mature(session: Session | undefined, nowNs: number): void {
    const maturing = this.#maturing;
    if (maturing !== undefined && nowNs - maturing.receivedNs >= this.#offerAfterNs) {
      this.#replace(maturing);
      this.#maturing = session;
    } else if (maturing === undefined) this.#maturing = session;
    else session?.free();
  }

  #replace(session: Session | undefined): void {
    this.#session?.free();
    this.#session = session;
    this.#wasOffered = false;
    if (session !== undefined) this.#isPrimed = true;
  }
}

/** RFC 5246, section 7.2.2: a fatal alert ends the session too, whichever side sent it. */
const endsSession = ({ kind }: Failure): boolean => kind === 'alert' || kind === 'tls';
