import { failureKey, type Failure } from '../domain/failure.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { Mode } from '../domain/mode.ts';
import type { AddressReport, ProtocolReport } from '../domain/probe-record.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Attempt } from '../engine/engine.ts';
import { attemptOf, type HandshakeResult } from '../engine/perform.ts';
import type { Random } from '../stats/random.ts';
import type { AddressClients } from './clients.ts';
import { negotiatedFacts, sessionIdFacts, type NegotiatedFacts, type SessionIdFacts } from './negotiation.ts';
import { Resumption } from './resumption.ts';
import { ticketReport } from './tickets.ts';
import { weakKeyReport } from './weak-keys.ts';
import { messageOf, visit, type Visit } from './visit.ts';

export interface ProtocolPlan {
  readonly protocol: Protocol;
  readonly clients: AddressClients;
  readonly tries: number;
  readonly mapOnly: boolean;
  readonly verifies: boolean;
  /** Try weak keys on the tickets of our own sessions. */
  readonly triesWeakKeys: boolean;
  readonly random: Random;
}

/** A kind of session that an address has given. */
export interface SessionSupply {
  readonly protocol: Protocol;
  readonly mechanism: Mechanism;
  /** True where such sessions were offered to the address itself, and so many of them were honoured. */
  readonly offered: boolean;
  readonly honoured: number;
}

/** A handshake that stands for its kind. */
export interface HandshakeExample {
  readonly protocol: Protocol;
  /** Null in a full handshake. */
  readonly offered: Mechanism | null;
  readonly visit: Visit;
}

type Step<Found = void> = Generator<Attempt, Found, HandshakeResult>;

/** The mechanisms of a protocol, with the mode in which a client asks for them. */
const MECHANISMS: Readonly<Record<Protocol, readonly { readonly mode: Mode; readonly mechanisms: readonly Mechanism[] }[]>> = {
  'TLSv1.2': [
    { mode: 'ticket', mechanisms: ['ticket'] },
    { mode: 'session-id', mechanisms: ['session-id'] },
  ],
  'TLSv1.3': [{ mode: 'ticket', mechanisms: ['psk', 'psk-stateful'] }],
};

/** Finds out what one address negotiates and resumes in one protocol. */
export class ProtocolExamination {
  readonly protocol: Protocol;
  readonly #plan: ProtocolPlan;
  readonly #visits: Visit[] = [];
  readonly #resumptions: Resumption[] = [];
  #facts: NegotiatedFacts | undefined;
  #verification: string | null = null;
  #failure: Failure | undefined;
  #needsRequest = false;
  #earlyData: ProtocolReport['earlyData'] = null;
  #weakKey: ProtocolReport['weakKey'] = null;

  constructor(plan: ProtocolPlan) {
    this.protocol = plan.protocol;
    this.#plan = plan;
  }

  *script(): Step {
    const first = yield* this.#look();
    if (first === undefined) return;
    for (const { mode, mechanisms } of MECHANISMS[this.protocol]) {
      const resumption = new Resumption({
        client: this.#client(mode),
        mechanisms,
        tries: this.#plan.tries,
        needsRequest: this.#needsRequest,
        offers: !this.#plan.mapOnly,
        random: this.#plan.random,
      });
      this.#resumptions.push(resumption);
      yield* resumption.script();
      if (this.#plan.mapOnly && resumption.hasSessions) break;
    }
    if (this.#plan.triesWeakKeys) this.#weakKey = weakKeyReport(this.#resumptions.flatMap(({ sessions }) => sessions));
    if (this.protocol === 'TLSv1.3' && !this.#plan.mapOnly) yield* this.#tryEarlyData();
  }

  /** The first full handshake: with the certificate verified, and again without where that is what it fails by. */
  *#look(): Step<Visit | undefined> {
    const looked = yield* this.#full({ verify: this.#plan.verifies });
    const { failure } = looked.result;
    if (this.#plan.verifies && failure?.kind === 'certificate') {
      this.#verification = failure.detail;
      return yield* this.#settleOn(yield* this.#full({ verify: false }));
    }
    if (this.#plan.verifies && failure === undefined) this.#verification = 'ok';
    return yield* this.#settleOn(looked);
  }

  /** Takes the facts of a handshake; where it brought no ticket, a request may. */
  *#settleOn(looked: Visit): Step<Visit | undefined> {
    this.#failure = looked.result.failure;
    if (this.#failure !== undefined) return undefined;
    this.#facts = negotiatedFacts(looked);
    if (this.protocol === 'TLSv1.2' || messageOf(looked, 'new-session-ticket') !== undefined || !this.#hasRequest) return looked;
    const asked = yield* this.#full({ verify: false, sendsRequest: true });
    this.#needsRequest = messageOf(asked, 'new-session-ticket') !== undefined;
    return asked;
  }

  *#full({ verify, sendsRequest = false }: { readonly verify: boolean; readonly sendsRequest?: boolean }): Step<Visit> {
    const client = this.#plan.clients.of({ protocol: this.protocol, mode: 'ticket', verify });
    const looked = yield* visit(attemptOf(client, { sendsRequest }));
    looked.result.session?.free();
    this.#visits.push(looked);
    return looked;
  }

  *#tryEarlyData(): Step {
    const maxBytes = Math.max(0, ...this.#allVisits().map((each) => messageOf(each, 'new-session-ticket')?.maxEarlyData ?? 0));
    if (maxBytes === 0) return;
    this.#earlyData = { maxBytes, accepted: null };
    // A client without a request would send one of its own.
    if (!this.#hasRequest) return;
    const session = yield* this.#resumptions[0]?.prime() ?? nothing();
    if (session === undefined) return;
    const { result } = yield* visit(attemptOf(this.#client('early-data'), { session, sendsRequest: true, awaitTicket: false }));
    result.session?.free();
    if (result.failure === undefined) this.#earlyData = { maxBytes, accepted: result.evidence.earlyData === 'accepted' };
  }

  /** A server assigns none where it gives a ticket: only a client that takes no tickets sees it. */
  #sessionId(): SessionIdFacts {
    const assigned = this.#allVisits()
      .map(sessionIdFacts)
      .find(({ sessionIdBytes }) => sessionIdBytes > 0);
    return assigned ?? { sessionIdBytes: 0, sessionIdHash: null };
  }

  get #hasRequest(): boolean {
    return this.#client('ticket').settings.request !== undefined;
  }

  #client(mode: Mode): ReturnType<AddressClients['of']> {
    return this.#plan.clients.of({ protocol: this.protocol, mode, verify: false });
  }

  #allVisits(): Visit[] {
    return [...this.#visits, ...this.#resumptions.flatMap(({ primings }) => primings)];
  }

  get hasSessions(): boolean {
    return this.#resumptions.some(({ hasSessions }) => hasSessions);
  }

  /** One handshake of each kind: a full one, and the first that offered a session of each mechanism. */
  examples(): HandshakeExample[] {
    const { protocol } = this;
    const full = this.#visits.at(-1);
    return [
      ...(full === undefined ? [] : [{ protocol, offered: null, visit: full }]),
      ...this.#resumptions.flatMap(({ mechanism = null, firstOffer: visit }) =>
        visit === undefined ? [] : [{ protocol, offered: mechanism, visit }],
      ),
    ];
  }

  supplies(): SessionSupply[] {
    return this.#resumptions.flatMap(({ mechanism, honoured }) =>
      mechanism === undefined ? [] : [{ protocol: this.protocol, mechanism, offered: !this.#plan.mapOnly, honoured }],
    );
  }

  resumption(mechanism: Mechanism): Resumption | undefined {
    return this.#resumptions.find((resumption) => resumption.mechanism === mechanism);
  }

  /** Returns `undefined` as long as nothing has come of it. */
  report(): AddressReport['protocols'][number] | undefined {
    const { protocol } = this;
    if (this.#failure !== undefined) return { protocol, state: 'failed', failure: failureKey(this.#failure) };
    if (this.#facts === undefined) return undefined;
    return {
      protocol,
      state: 'negotiated',
      ...this.#facts,
      ...this.#sessionId(),
      verification: this.#verification,
      tickets: ticketReport(this.#allVisits(), this.#needsRequest),
      earlyData: this.#earlyData,
      resumption: this.#plan.mapOnly ? [] : this.#resumptions.map((resumption) => resumption.report()),
      weakKey: this.#weakKey,
    };
  }

  close(): void {
    for (const resumption of this.#resumptions) resumption.close();
  }
}

function* nothing(): Step<undefined> {
  return undefined;
}
