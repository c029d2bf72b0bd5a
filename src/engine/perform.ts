import type { Attempt, Client, Engine, Negotiated, Outcome, Work } from './engine.ts';

/** An outcome that is detached from the engine: it stays valid, and its session belongs to the caller, who must free it. */
export interface HandshakeResult extends Readonly<Omit<Outcome, 'negotiated' | 'newestTicket'>> {
  /** Only of a tapped attempt that finished its handshake. */
  readonly negotiated: Negotiated | undefined;
}

/**
 * An attempt that learns all that one handshake can tell: it sends the request that the settings have (some servers give a ticket
 * only with their first answer), waits for a ticket, ends in order and has its hellos read. It offers no session unless the change
 * says so.
 */
export const attemptOf = (client: Client, change: Partial<Omit<Attempt, 'client'>> = {}): Attempt => ({
  client,
  session: undefined,
  awaitTicket: true,
  sendsRequest: client.settings.request !== undefined,
  closeNotify: true,
  tap: true,
  ...change,
});

/**
 * Performs attempts without load, at most `concurrency` at once.
 *
 * @returns the results, in the order of the attempts.
 */
export const perform = async (
  engine: Engine,
  attempts: readonly Attempt[],
  concurrency = 1,
): Promise<readonly HandshakeResult[]> => {
  const batch = new Batch(attempts, concurrency);
  await engine.run(batch);
  return batch.results;
};

/** Performs a single attempt. */
export const performOne = async (engine: Engine, attempt: Attempt): Promise<HandshakeResult> => {
  const [result] = await perform(engine, [attempt]);
  if (result === undefined) throw new Error(`engine ${engine.name} ended its run without settling the attempt`);
  return result;
};

interface NumberedAttempt extends Attempt {
  readonly index: number;
}

/** Hands out attempts while fewer than so many are in flight, and keeps what comes of each. */
class Batch implements Work<NumberedAttempt> {
  readonly results: HandshakeResult[] = [];
  readonly #attempts: readonly Attempt[];
  readonly #concurrency: number;
  #started = 0;
  #inFlight = 0;

  constructor(attempts: readonly Attempt[], concurrency: number) {
    this.#attempts = attempts;
    this.#concurrency = concurrency;
  }

  next(): NumberedAttempt | undefined {
    const attempt = this.#attempts[this.#started];
    if (attempt === undefined || this.#inFlight >= this.#concurrency) return undefined;
    this.#inFlight += 1;
    return { ...attempt, index: this.#started++ };
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  isCancelled(): boolean {
    return false;
  }

  settled(attempt: NumberedAttempt, outcome: Outcome): void {
    this.#inFlight -= 1;
    this.results[attempt.index] = detached(attempt, outcome);
  }
}

/** Copies what an engine hands over during the call of `settled`; the session then belongs to the caller. */
export const detached = ({ tap }: Pick<Attempt, 'tap'>, outcome: Outcome): HandshakeResult => ({
  failure: outcome.failure,
  startNs: outcome.startNs,
  connectNs: outcome.connectNs,
  handshakeNs: outcome.handshakeNs,
  split: outcome.split && { waitNs: outcome.split.waitNs, clientNs: outcome.split.clientNs, queueNs: outcome.split.queueNs },
  retransmissions: outcome.retransmissions,
  ticketNs: outcome.ticketNs,
  firstByteNs: outcome.firstByteNs,
  answerStatus: outcome.answerStatus,
  endNs: outcome.endNs,
  evidence: outcome.evidence,
  ticketsReceived: outcome.ticketsReceived,
  unusableTicket: outcome.unusableTicket,
  asksForCertificate: outcome.asksForCertificate,
  session: outcome.session,
  bytesIn: outcome.bytesIn,
  bytesOut: outcome.bytesOut,
  negotiated: tap && outcome.failure === undefined ? outcome.negotiated() : undefined,
});
