import { AddressLog, type Span } from '../analysis/probe/watch/log.ts';
import { ParkedSessions, type Moment, type Parked } from '../analysis/probe/watch/parked.ts';
import { elapsed } from '../analysis/probe/watch/range.ts';
import { sightingsOf } from '../analysis/probe/watch/sightings.ts';
import { failureKey } from '../domain/failure.ts';
import type { ProbeEvent } from '../domain/probe-event.ts';
import type { Session } from '../engine/engine.ts';
import type { HandshakeResult } from '../engine/perform.ts';
import type { Script } from '../engine/script.ts';
import { keyName, ticketLayout, type TicketLayout } from '../tls/ticket-layout.ts';
import { isHonoured, type Resumption } from './resumption.ts';
import { ticketsOf } from './tickets.ts';
import { visit, type Visit } from './visit.ts';

export interface AddressWatchPlan {
  /** Index in the record. */
  readonly address: number;
  readonly resumption: Resumption;
  /** Start of the watch on the engines' clock. */
  readonly startNs: number;
  readonly onEvent: (event: ProbeEvent) => void;
}

export interface PlannedPoll extends Omit<Moment, 'nowMs'> {
  /** Time on the engines' clock. */
  readonly notBeforeNs: number;
}

/** An event without the place and time, which are the same for all. */
type Happening = ProbeEvent extends infer Event
  ? Event extends ProbeEvent
    ? Omit<Event, 'atUnixMs' | 'address'>
    : never
  : never;

/** Polls one address: the key of its newest ticket, sessions that were parked before, and a chain of renewed ones. */
export class AddressWatch {
  readonly address: number;
  readonly log = new AddressLog();
  readonly #plan: AddressWatchPlan;
  readonly #layout: TicketLayout;
  /** Sessions that are ours to free, wherever a script was left. */
  readonly #held = new Set<Session>();
  readonly #parked = new ParkedSessions<Session>((session) => {
    this.#free(session);
  });
  /** The newest session of the chain. */
  #link: Session | undefined;
  #isLost = false;
  readonly #over = new Set<string>();

  constructor(plan: AddressWatchPlan) {
    this.#plan = plan;
    this.address = plan.address;
    this.#layout = ticketLayout(plan.resumption.primings.flatMap((primed) => ticketsOf(primed).map(({ ticket }) => ticket)));
  }

  /** One poll. Where the address does not answer, nothing is offered: the session would be lost. */
  *poll({ notBeforeNs, ...poll }: PlannedPoll): Script {
    const { resumption } = this.#plan;
    const looked = yield* visit({ ...resumption.fullAttempt(), notBeforeNs });
    const fresh = this.#hold(looked.result.session);
    if (!this.#answers(looked.result)) return;
    const span = this.#spanOf(looked.result);
    const name = this.#see(looked, span);
    if (this.#link !== undefined) yield* this.#offerLink(this.#link);
    for (const parked of this.#parked.due(this.log, { ...poll, nowMs: span.fromMs })) yield* this.#offer(parked);
    if (fresh === undefined) return;
    if (this.#link === undefined) this.#beginChain(fresh, span);
    else this.#parked.park({ name, got: span, statedS: fresh.lifetimeS, session: fresh });
  }

  #answers({ failure }: HandshakeResult): boolean {
    if (failure !== undefined) this.log.fail(failureKey(failure));
    const wasLost = this.#isLost;
    this.#isLost = failure !== undefined;
    if (failure !== undefined && !wasLost) this.#tell({ kind: 'lost', failure: failureKey(failure) });
    if (failure === undefined && wasLost) this.#tell({ kind: 'back' });
    return failure === undefined;
  }

  /** Notes the key of the newest ticket: of several that came it is that of the session. */
  #see(looked: Visit, span: Span): string {
    const ticket = ticketsOf(looked).at(-1)?.ticket;
    const name = ticket === undefined ? '' : keyName(ticket, this.#layout);
    const after = this.log.see(name, span);
    if (after !== undefined) this.#tell({ kind: 'new-key', name, after });
    return name;
  }

  *#offer({ session, ...given }: Parked<Session>): Script {
    const { result } = yield* visit(this.#plan.resumption.offerTo(session));
    this.#free(session);
    result.session?.free();
    if (result.failure !== undefined) return;
    const offer = { ...given, ...this.#spanOf(result), honoured: isHonoured(result) };
    this.log.offers.push(offer);
    const left = sightingsOf(this.log.runs).find(({ name }) => name === offer.name)?.left;
    if (offer.honoured || left === undefined || this.#over.has(offer.name)) return;
    this.#over.add(offer.name);
    this.#tell({ kind: 'grace-over', name: offer.name, leftMs: elapsed(left, offer).high });
  }

  #beginChain(session: Session, since: Span): void {
    this.#link = session;
    this.log.beginChain(since);
  }

  /** Offers the newest session of the chain, and goes on with the one that comes of it. */
  *#offerLink(link: Session): Script {
    const { result } = yield* visit(this.#plan.resumption.renewal(link));
    const next = this.#hold(result.session);
    const honoured = isHonoured(result);
    const renewed = honoured && result.ticketsReceived > 0 && next !== undefined;
    if (result.failure === undefined) this.log.goOn(this.#spanOf(result), { honoured, renewed });
    if (result.failure !== undefined || (honoured && !renewed)) {
      this.#free(next);
      return;
    }
    this.#free(link);
    this.#link = renewed ? next : undefined;
    if (!renewed) this.#endChain(next);
  }

  #endChain(next: Session | undefined): void {
    this.#free(next);
    const { since, declined, renewals } = this.log.chains.at(-1) ?? {};
    if (since === undefined || declined === undefined || renewals === undefined) return;
    this.#tell({ kind: 'chain-over', ageMs: elapsed(since, declined).high, renewals });
  }

  #tell(happening: Happening): void {
    this.#plan.onEvent({ ...happening, atUnixMs: Date.now(), address: this.address });
  }

  #spanOf({ startNs, endNs }: HandshakeResult): Span {
    return { fromMs: (startNs - this.#plan.startNs) / 1e6, toMs: (endNs - this.#plan.startNs) / 1e6 };
  }

  #hold(session: Session | undefined): Session | undefined {
    if (session !== undefined) this.#held.add(session);
    return session;
  }

  #free(session: Session | undefined): void {
    if (session !== undefined && this.#held.delete(session)) session.free();
  }

  close(): void {
    for (const session of this.#held) session.free();
    this.#held.clear();
  }
}
