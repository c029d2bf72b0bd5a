import { PRIMING_COUNTS } from '../../domain/block-counts.ts';
import { failureKey } from '../../domain/failure.ts';
import { judge } from '../../domain/judgement.ts';
import { offersSession } from '../../domain/mode.ts';
import type { Negotiated, Outcome, Work } from '../../engine/engine.ts';
import type { Counters } from '../protocol/counters.ts';
import type { PrimeReport } from '../protocol/messages.ts';
import type { TicketExpectation } from './ticket-expectation.ts';
import type { VirtualClient } from './virtual-client.ts';

/** A client whose priming fails by an error tries again this often; more would hide a target that is not there. */
const TRIES = 2;

/** More at once would fill a server's queue of new connections, and what does not fit there is tried again after a second. */
const MOST_IN_FLIGHT = 64;

/**
 * One unmeasured full handshake per virtual client, each ended in order and with its hellos read, to obtain the sessions that the
 * window offers and to learn whether the server gives tickets at all.
 */
export class Priming implements Work<VirtualClient> {
  readonly #counters: Counters;
  readonly #waiting: VirtualClient[];
  readonly #tries = new Map<VirtualClient, number>();
  readonly #counts = PRIMING_COUNTS.counter();
  readonly #expectation: TicketExpectation;
  #inFlight = 0;
  #hasProbed = false;
  #negotiated: Negotiated | undefined;

  constructor(clients: readonly VirtualClient[], expectation: TicketExpectation, counters: Counters) {
    this.#counters = counters;
    this.#expectation = expectation;
    this.#waiting = [...clients];
    for (const client of clients) client.startPriming();
  }

  next(): VirtualClient | undefined {
    if (this.#counters.control !== 'run' || this.#inFlight >= MOST_IN_FLIGHT) return undefined;
    const client = this.#waiting.pop();
    if (client === undefined) return undefined;
    this.#inFlight += 1;
    this.#counters.countStart();
    return client;
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  isCancelled(): boolean {
    return this.#counters.control === 'cancel';
  }

  settled(client: VirtualClient, outcome: Outcome): void {
    this.#inFlight -= 1;
    client.observe(outcome);
    if (outcome.failure === undefined) this.#counters.countFinished(true);
    else {
      this.#counters.countError();
      this.#counts.errors.add(failureKey(outcome.failure));
      const tries = (this.#tries.get(client) ?? 1) + 1;
      this.#tries.set(client, tries);
      if (tries <= TRIES) this.#waiting.push(client);
      return;
    }
    const { mode, protocol } = client.client.settings;
    if (judge({ mode, protocol, expired: false }, outcome.evidence) === 'evidence-conflict') this.#counts.conflicts.add();
    if (client.purpose === 'probe') return;
    this.#counts.handshakes.add();
    this.#negotiated ??= outcome.negotiated();
    if (client.hasSession) this.#counts.sessions.add();
    if (offersSession(mode) && protocol === 'TLSv1.3' && client.hasSession) this.#probe(client);
  }

  /** One client resumes once before the window, so that the window need not find out whether the server gives tickets then. */
  #probe(client: VirtualClient): void {
    if (this.#hasProbed || !this.#expectation.isUnknown) return;
    this.#hasProbed = true;
    this.#counts.probes.add();
    client.purpose = 'probe';
    this.#waiting.push(client);
  }

  report(): PrimeReport['streams'][number] {
    return { counts: this.#counts.report(), negotiated: this.#negotiated ?? null };
  }
}
