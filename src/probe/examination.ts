import { failureKey, type Failure } from '../domain/failure.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { AddressReport } from '../domain/probe-record.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Script } from '../engine/script.ts';
import type { RawHelloOffer } from '../tls/raw-hello.ts';
import type { AddressClients } from './clients.ts';
import type { Greeted, Greeting } from './greeting.ts';
import { ProtocolExamination, type SessionSupply } from './protocol-examination.ts';
import type { Resumption } from './resumption.ts';

/** One address of a target. */
export interface ProbedAddress {
  /** Index of its target. */
  readonly target: number;
  readonly address: string;
  readonly port: number;
}

export interface ExaminationPlan {
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  /** Only sessions for the map: full handshakes, and no attempts to resume. */
  readonly mapOnly: boolean;
  readonly verifies: boolean;
  readonly serverName: string | undefined;
}

/** Sends one ClientHello of our own making. */
export type Greet = (greeting: Greeting) => Promise<Greeted>;

/** Offers of the hellos that no handshake follows. */
const POST_QUANTUM: RawHelloOffer = { group: 'X25519MLKEM768' };
const LEGACY = ['TLSv1.0', 'TLSv1.1'] as const;

/** Finds out what one address negotiates and resumes. Its report is right at any point of that. */
export class Examination {
  readonly address: ProbedAddress;
  readonly clients: AddressClients;
  readonly #plan: ExaminationPlan;
  readonly #protocols: ProtocolExamination[] = [];
  #answers: Pick<AddressReport, 'legacy' | 'postQuantum'> = { legacy: null, postQuantum: null };
  #unreachable: Failure | undefined;
  connections = 0;

  constructor(address: ProbedAddress, clients: AddressClients, plan: ExaminationPlan) {
    this.address = address;
    this.clients = clients;
    this.#plan = plan;
  }

  get isReachable(): boolean {
    return this.#unreachable === undefined;
  }

  /** Finds out whether anything answers, and what that is offered in vain by hellos of our own. */
  async reach(greet: Greet): Promise<void> {
    const answerTo = async (offer: RawHelloOffer): Promise<Greeted> => {
      this.connections += 1;
      return greet({ ...this.address, serverName: this.#plan.serverName, offer });
    };
    const { answer: postQuantum, unreachable } = await answerTo(POST_QUANTUM);
    this.#unreachable = unreachable;
    if (unreachable !== undefined) return;
    this.#answers = { postQuantum, legacy: null };
    if (this.#plan.mapOnly) return;
    const [old, newer] = [await answerTo({ version: LEGACY[0] }), await answerTo({ version: LEGACY[1] })];
    this.#answers = { postQuantum, legacy: { [LEGACY[0]]: old.answer, [LEGACY[1]]: newer.answer } };
  }

  *script(): Script {
    // A map needs one kind of session: the newest protocol that gives any.
    const protocols = this.#plan.mapOnly ? this.#plan.protocols.toSorted().toReversed() : this.#plan.protocols;
    for (const protocol of protocols) {
      const examination = new ProtocolExamination({ ...this.#plan, protocol, clients: this.clients });
      this.#protocols.push(examination);
      yield* examination.script();
      if (this.#plan.mapOnly && examination.hasSessions) return;
    }
  }

  /** The kinds of session that the address has given. */
  supplies(): SessionSupply[] {
    return this.#protocols.flatMap((examined) => examined.supplies());
  }

  /** The attempts to resume by a mechanism, with the sessions that the address gave; `undefined` where it gave none. */
  resumption(protocol: Protocol, mechanism: Mechanism): Resumption | undefined {
    return this.#protocols.find((examined) => examined.protocol === protocol)?.resumption(mechanism);
  }

  report(): AddressReport {
    return {
      ...this.address,
      unreachable: this.#unreachable === undefined ? null : failureKey(this.#unreachable),
      protocols: this.#protocols.flatMap((examined) => examined.report() ?? []),
      ...this.#answers,
      connections: this.connections,
    };
  }

  close(): void {
    for (const examined of this.#protocols) examined.close();
    this.clients.close();
  }
}
