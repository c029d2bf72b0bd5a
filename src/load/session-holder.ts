import type { SessionPolicy } from '../domain/session-policy.ts';
import type { Outcome, Session } from '../engine/engine.ts';

/** Keeps the session that is offered next, by a policy. Held by one virtual client, or shared by all of a worker. */
export class SessionHolder {
  readonly #policy: SessionPolicy;
  #session: Session | undefined;

  constructor(policy: SessionPolicy) {
    this.#policy = policy;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Whether the session is older than the lifetime that the server stated; one without a stated lifetime never is. */
  isExpired(nowNs: number): boolean {
    const session = this.#session;
    return session !== undefined && session.lifetimeS > 0 && nowNs - session.receivedNs > session.lifetimeS * 1e9;
  }

  /** Takes over what an outcome brought. */
  learn(outcome: Outcome): void {
    // RFC 5246, section 7.2.2: a fatal alert ends the session too.
    if (outcome.failure?.kind === 'alert') this.#replace(undefined);
    if (outcome.failure !== undefined) return;
    const { session } = outcome;
    if (this.#policy === 'fixed') {
      if (this.#session === undefined) this.#session = session;
      else session?.free();
      return;
    }
    const wasOffered = outcome.evidence.offered !== undefined;
    const isRefused = wasOffered && !outcome.evidence.resumed;
    if (session !== undefined || isRefused || (wasOffered && this.#policy === 'single-use')) this.#replace(session);
  }

  free(): void {
    this.#replace(undefined);
  }

  #replace(session: Session | undefined): void {
    this.#session?.free();
    this.#session = session;
  }
}
