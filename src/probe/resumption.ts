import { failureKey } from '../domain/failure.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { ResumptionReport, Tries } from '../domain/probe-record.ts';
import type { Attempt, Client, Session } from '../engine/engine.ts';
import { attemptOf, type HandshakeResult } from '../engine/perform.ts';
import { shuffled, type Random } from '../stats/random.ts';
import { shareBounds } from '../stats/proportion.ts';
import { visit, type Visit } from './visit.ts';

/** Counts attempts to resume. */
export class TryCount {
  #tries = 0;
  honoured = 0;
  readonly #failed: Record<string, number> = {};

  /** Also those that failed. */
  attempts = 0;

  /** @returns true when the session was resumed. */
  add(result: HandshakeResult): boolean {
    this.attempts += 1;
    if (result.failure !== undefined) {
      const key = failureKey(result.failure);
      this.#failed[key] = (this.#failed[key] ?? 0) + 1;
      return false;
    }
    this.#tries += 1;
    if (!isHonoured(result)) return false;
    this.honoured += 1;
    return true;
  }

  report(): Tries {
    const { lower, upper } = shareBounds(this.honoured, this.#tries, ALPHA);
    const hasTries = this.#tries > 0;
    return {
      tries: this.#tries,
      honoured: this.honoured,
      failed: this.#failed,
      low: hasTries ? lower : null,
      high: hasTries ? upper : null,
    };
  }
}

/** Each bound fails with this probability at most: together they have a confidence of 95%. */
const ALPHA = 0.025;

/** Primings in a row without a session after which there is none to wait for. */
const MOST_WITHOUT_SESSION = 2;

/** Sessions that are primed before any of them is offered. */
const BATCH = 16;

export interface ResumptionPlan {
  readonly client: Client;
  readonly mechanisms: readonly Mechanism[];
  readonly tries: number;
  /** Tickets come only after a request. */
  readonly needsRequest: boolean;
  /** False to prime only, for sessions to offer elsewhere. */
  readonly offers: boolean;
  readonly random: Random;
}

/**
 * Tries to resume: primes sessions with full handshakes and offers each, so many in all. Each try has a session of its own, as clients
 * have, so that a share of bad tickets shows and a server that honours each ticket once does too.
 *
 * Several are primed first and then offered in random order. Where a balancer takes turns, a session that is offered at once always
 * reaches another server than the one that gave it, and nothing at all would seem to resume.
 */
export class Resumption {
  readonly #plan: ResumptionPlan;
  readonly #count = new TryCount();
  readonly sessions: Session[] = [];
  readonly primings: Visit[] = [];
  readonly #fullBytes: number[] = [];
  readonly #resumedBytes: number[] = [];
  /** The first handshake that offered a session. */
  firstOffer: Visit | undefined;
  /** Of the sessions that came. */
  mechanism: Mechanism | undefined;
  #withoutSession = 0;
  #reused: ResumptionReport['reused'] = null;
  #renews: boolean | null = null;

  constructor(plan: ResumptionPlan) {
    this.#plan = plan;
  }

  /** The script of the attempts; the report is right at any point of it. */
  *script(): Generator<Attempt, void, HandshakeResult> {
    for (let tried = 0; tried < this.#plan.tries && this.#isWorthPriming; tried += BATCH) {
      const primed = yield* this.#primeSome(Math.min(BATCH, this.#plan.tries - tried));
      if (!this.#plan.offers) continue;
      for (const session of shuffled(primed, this.#plan.random)) {
        const wasHonoured = yield* this.#offer(session);
        if (wasHonoured && this.#reused === null) yield* this.#offerAgain(session);
      }
    }
  }

  *#primeSome(count: number): Generator<Attempt, Session[], HandshakeResult> {
    const primed: Session[] = [];
    for (let i = 0; i < count && this.#isWorthPriming; i++) {
      const session = yield* this.prime();
      this.#withoutSession = session === undefined ? this.#withoutSession + 1 : 0;
      if (session !== undefined) primed.push(session);
    }
    return primed;
  }

  get #isWorthPriming(): boolean {
    return this.#withoutSession < MOST_WITHOUT_SESSION;
  }

  /** A session that can be offered elsewhere: one of those that came, unless the server honours each only once. */
  *spare(index: number): Generator<Attempt, Session | undefined, HandshakeResult> {
    const kept = this.#reused === 'declined' ? undefined : this.sessions[index];
    return kept ?? (yield* this.prime());
  }

  /** Offers a session that has served already, or is of another address. */
  offerTo(session: Session): Attempt {
    return attemptOf(this.#plan.client, { session, awaitTicket: false, sendsRequest: false });
  }

  /** A full handshake for a session. */
  fullAttempt(): Attempt {
    const { client, needsRequest } = this.#plan;
    return attemptOf(client, { sendsRequest: needsRequest });
  }

  /** Offers a session of the address to it, and waits for the next one unless none comes. */
  renewal(session: Session): Attempt {
    return { ...this.fullAttempt(), session, awaitTicket: this.#renews !== false };
  }

  /** One full handshake for a session of the mechanism. */
  *prime(): Generator<Attempt, Session | undefined, HandshakeResult> {
    const { mechanisms } = this.#plan;
    const primed = yield* visit(this.fullAttempt());
    this.primings.push(primed);
    const { result } = primed;
    if (result.failure !== undefined) this.#count.add(result);
    else if (!result.evidence.resumed) this.#fullBytes.push(bytesOf(result));
    const { session } = result;
    if (session === undefined || !mechanisms.includes(session.mechanism)) {
      session?.free();
      return undefined;
    }
    this.sessions.push(session);
    this.mechanism = session.mechanism;
    return session;
  }

  *#offer(session: Session): Generator<Attempt, boolean, HandshakeResult> {
    const offered = yield* visit(this.renewal(session));
    this.firstOffer ??= offered;
    const { result } = offered;
    const wasHonoured = this.#count.add(result);
    result.session?.free();
    if (!wasHonoured) return false;
    this.#resumedBytes.push(bytesOf(result));
    this.#renews ??= result.ticketsReceived > 0;
    return true;
  }

  *#offerAgain(session: Session): Generator<Attempt, void, HandshakeResult> {
    const { result } = yield* visit(this.offerTo(session));
    result.session?.free();
    if (result.failure === undefined) this.#reused = isHonoured(result) ? 'honoured' : 'declined';
  }

  /** True when a session of the mechanism came. */
  get hasSessions(): boolean {
    return this.mechanism !== undefined;
  }

  get honoured(): number {
    return this.#count.honoured;
  }

  report(): ResumptionReport {
    const { mechanisms } = this.#plan;
    return {
      mechanism: this.mechanism ?? mechanisms[0] ?? 'ticket',
      ...this.#count.report(),
      reused: this.#reused,
      renews: this.#renews,
      bytesFull: medianOf(this.#fullBytes),
      bytesResumed: medianOf(this.#resumedBytes),
    };
  }

  close(): void {
    for (const session of this.sessions.splice(0)) session.free();
  }
}

/** True where a session was resumed, by the TLS library's answer and the hellos together. */
export const isHonoured = ({ failure, evidence }: HandshakeResult): boolean =>
  failure === undefined && evidence.resumed && evidence.hello?.resumed !== false;

const bytesOf = ({ bytesIn, bytesOut }: HandshakeResult): number => bytesIn + bytesOut;

/** The median that is one of the values: they are counts. */
const medianOf = (values: readonly number[]): number | null => values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
