import { PRIMING_COUNTS } from '../../domain/block-counts.ts';
import { failureKey, type Failure } from '../../domain/failure.ts';
import { judge } from '../../domain/judgement.ts';
import { offersSession } from '../../domain/mode.ts';
import type { Negotiated, Outcome, Work } from '../../engine/engine.ts';
import type { Counters } from '../protocol/counters.ts';
import type { PrimedStream } from '../protocol/messages.ts';
import { BackOff } from './back-off.ts';
import { certificatesOf } from './certificates.ts';
import type { TicketExpectation } from './ticket-expectation.ts';
import type { VirtualClient } from './virtual-client.ts';

/** A client whose priming fails by an error tries again this often; more would hide a target that is not there. */
const TRIES = 2;

/** ...but a server that is restarting refuses connections for less than this, and is waited for. */
const MOST_OUTAGE_NS = 1e9;

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
  readonly #backOff = new BackOff();
  readonly #places: number;
  #inFlight = 0;
  #hasProbed = false;
  #negotiated: Negotiated | undefined;

  constructor(clients: readonly VirtualClient[], expectation: TicketExpectation, counters: Counters) {
    this.#counters = counters;
    this.#expectation = expectation;
    this.#waiting = [...clients];
    this.#places = Math.min(MOST_IN_FLIGHT, clients.length);
    for (const client of clients) client.startPriming();
  }

  next(nowNs: number): VirtualClient | undefined {
    if (this.#counters.control !== 'run') return undefined;
    if (this.#inFlight + this.#backOff.waiting(nowNs) >= this.#places) return undefined;
    const client = this.#waiting.pop();
    if (client === undefined) return undefined;
    this.#inFlight += 1;
    this.#counters.countStart();
    return client;
  }

  dueNs(): number {
    const isOver = this.#waiting.length === 0 || this.#counters.control !== 'run';
    return isOver ? Number.POSITIVE_INFINITY : this.#backOff.nextNs;
  }

  isCancelled(): boolean {
    return this.#counters.control === 'cancel';
  }

  settled(client: VirtualClient, outcome: Outcome): void {
    this.#inFlight -= 1;
    client.observe(outcome);
    const refusal = this.#backOff.observe(outcome);
    if (refusal !== 'none') this.#counters.tellRefusal(refusal, this.#backOff.refusedNs);
    if (outcome.failure !== undefined) {
      this.#failed(client, outcome.failure);
      return;
    }
    this.#counters.countFinished(true);
    const { full, resumed } = this.#counts.finished;
    (outcome.evidence.resumed ? resumed : full).add();
    const { mode, protocol } = client.client.settings;
    if (judge({ mode, protocol, expired: false }, outcome.evidence) === 'evidence-conflict') this.#counts.conflicts.add();
    if (client.purpose === 'probe') return;
    this.#counts.handshakes.add();
    this.#negotiated ??= outcome.negotiated();
    if (client.hasSession) this.#counts.sessions.add();
    if (offersSession(mode) && protocol === 'TLSv1.3' && client.hasSession) this.#probe(client);
  }

  #failed(client: VirtualClient, failure: Failure): void {
    this.#counters.countError();
    this.#counts.errors.add(failureKey(failure));
    if (this.#isRestarting || this.#hasTryLeft(client)) this.#waiting.push(client);
  }

  get #isRestarting(): boolean {
    const { refusedNs } = this.#backOff;
    return refusedNs > 0 && refusedNs < MOST_OUTAGE_NS;
  }

  #hasTryLeft(client: VirtualClient): boolean {
    const tries = (this.#tries.get(client) ?? 1) + 1;
    this.#tries.set(client, tries);
    return tries <= TRIES;
  }

  /** One client resumes once before the window, so that the window need not find out whether the server gives tickets then. */
  #probe(client: VirtualClient): void {
    if (this.#hasProbed || !this.#expectation.isUnknown) return;
    this.#hasProbed = true;
    this.#counts.probes.add();
    client.purpose = 'probe';
    this.#waiting.push(client);
  }

  report(): PrimedStream {
    return {
      counts: this.#counts.report(),
      negotiated: this.#negotiated ?? null,
      certificates: certificatesOf(this.#negotiated),
    };
  }
}
