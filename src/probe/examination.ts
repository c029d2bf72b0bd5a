import { failureKey, type Failure } from '../domain/failure.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { AddressReport } from '../domain/probe-record.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Script } from '../engine/script.ts';
import { groupHello, legacyHello, X25519_MLKEM768 } from '../tls/raw-hello.ts';
import type { Random } from '../stats/random.ts';
import type { AddressClients } from './clients.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import type { Greeted, Greeting } from './greeting.ts';
import { ProtocolExamination, type HandshakeExample, type SessionSupply } from './protocol-examination.ts';
import type { Resumption } from './resumption.ts';

/** One address of a target. */
export interface ProbedAddress {
  /** Index of its target. */
  readonly target: number;
  readonly address: string;
  readonly port: number;
  readonly serverName: string | undefined;
}

export interface ExaminationPlan {
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  /** Only sessions for the map: full handshakes, and no attempts to resume. */
  readonly mapOnly: boolean;
  readonly verifies: boolean;
  readonly triesWeakKeys: boolean;
  readonly counts: ConnectionCounts;
  readonly random: Random;
}

/** Sends one ClientHello of our own making; `undefined` where a signal ended that. */
export type Greet = (greeting: Greeting) => Promise<Greeted | undefined>;

/** Finds out what one address negotiates and resumes. Its report is right at any point of that. */
export class Examination {
  readonly address: ProbedAddress;
  readonly clients: AddressClients;
  readonly #plan: ExaminationPlan;
  readonly #protocols: ProtocolExamination[] = [];
  #answers: Pick<AddressReport, 'legacy' | 'postQuantum'> = { legacy: null, postQuantum: null };
  #unreachable: Failure | undefined;
  /** The reason for which its plaintext dialogue does not lead to TLS. */
  #withoutTls: Failure | undefined;

  constructor(address: ProbedAddress, clients: AddressClients, plan: ExaminationPlan) {
    this.address = address;
    this.clients = clients;
    this.#plan = plan;
  }

  /** True where handshakes can be tried. */
  get isReachable(): boolean {
    return this.#unreachable === undefined && this.#withoutTls === undefined;
  }

  /** Finds out whether anything answers at all, and whether it would take a post-quantum group and old protocols. */
  async reach(greet: Greet): Promise<void> {
    const answerTo = async (offer: Greeting['offer']): Promise<Greeted | undefined> => {
      this.#plan.counts.add(this.address);
      return greet({ ...this.address, offer });
    };
    const greeted = await answerTo((fields) => groupHello(X25519_MLKEM768, fields));
    if (greeted === undefined) return;
    this.#unreachable = greeted.unreachable;
    this.#withoutTls = greeted.withoutTls;
    if (!this.isReachable) return;
    this.#answers = { postQuantum: greeted.answer, legacy: null };
    if (this.#plan.mapOnly) return;
    const first = await answerTo((fields) => legacyHello('TLSv1.0', fields));
    if (first === undefined) return;
    const second = await answerTo((fields) => legacyHello('TLSv1.1', fields));
    if (second === undefined) return;
    this.#answers = { ...this.#answers, legacy: { 'TLSv1.0': first.answer, 'TLSv1.1': second.answer } };
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

  /** One handshake of each kind. */
  examples(): HandshakeExample[] {
    return this.#protocols.flatMap((examined) => examined.examples());
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
    const { target, address, port } = this.address;
    return {
      target,
      address,
      port,
      unreachable: this.#unreachable === undefined ? null : failureKey(this.#unreachable),
      protocols: this.#protocolReports(),
      ...this.#answers,
      connections: this.#plan.counts.of(this.address),
    };
  }

  #protocolReports(): AddressReport['protocols'] {
    const withoutTls = this.#withoutTls;
    return withoutTls === undefined
      ? this.#protocols.flatMap((examined) => examined.report() ?? [])
      : this.#plan.protocols.map((protocol) => ({ protocol, state: 'failed', failure: failureKey(withoutTls) }));
  }

  close(): void {
    for (const examined of this.#protocols) examined.close();
    this.clients.close();
  }
}
