import type { Evidence } from '../../src/domain/kind.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Attempt, Client, Engine, Negotiated, Outcome, Session, Work } from '../../src/engine/engine.ts';

/** What came of one attempt, kept beyond the engine's reuse of its outcome. */
export interface Performed {
  readonly failure: Failure | undefined;
  readonly evidence: Evidence;
  readonly negotiated: Negotiated | undefined;
  readonly session: Session | undefined;
  readonly ticketsReceived: number;
  readonly connectNs: number;
  readonly handshakeNs: number;
  readonly ticketNs: number;
  readonly firstByteNs: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type AttemptOptions = Partial<Omit<Attempt, 'client'>>;

/** Performs attempts with an engine, at most so many at once, and keeps what came of each. */
export const perform = async (
  engine: Engine,
  client: Client,
  attempts: readonly AttemptOptions[],
  concurrency = 1,
): Promise<Performed[]> => {
  const waiting = attempts.map((options): Attempt => ({
    client,
    session: undefined,
    awaitTicket: true,
    sendsRequest: false,
    closeNotify: true,
    tap: true,
    ...options,
  }));
  const performed: Performed[] = [];
  let inFlight = 0;
  const work: Work = {
    next: () => {
      const attempt = inFlight < concurrency ? waiting.shift() : undefined;
      if (attempt !== undefined) inFlight += 1;
      return attempt;
    },
    dueNs: () => Number.POSITIVE_INFINITY,
    isCancelled: () => false,
    settled: (attempt, outcome) => {
      inFlight -= 1;
      performed.push(copyOf(attempt, outcome));
    },
  };
  await engine.run(work);
  return performed;
};

/** One attempt that must finish its handshake. */
export const handshake = async (engine: Engine, client: Client, options: AttemptOptions = {}): Promise<Performed> => {
  const [performed] = await perform(engine, client, [options]);
  if (performed === undefined) throw new Error('the attempt was never settled');
  if (performed.failure !== undefined) throw new Error(`the handshake failed: ${JSON.stringify(performed.failure)}`);
  return performed;
};

const copyOf = (attempt: Attempt, outcome: Outcome): Performed => ({
  failure: outcome.failure,
  evidence: { ...outcome.evidence, hello: outcome.evidence.hello && { ...outcome.evidence.hello } },
  negotiated: outcome.failure === undefined && attempt.tap ? outcome.negotiated() : undefined,
  session: outcome.session,
  ticketsReceived: outcome.ticketsReceived,
  connectNs: outcome.connectNs,
  handshakeNs: outcome.handshakeNs,
  ticketNs: outcome.ticketNs,
  firstByteNs: outcome.firstByteNs,
  startNs: outcome.startNs,
  endNs: outcome.endNs,
  bytesIn: outcome.bytesIn,
  bytesOut: outcome.bytesOut,
});
