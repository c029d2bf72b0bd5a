import { judge } from '../domain/judgement.ts';
import type { Outcome, Work } from '../engine/engine.ts';
import type { Counters } from './counters.ts';
import { Tally } from './tally.ts';
import type { VirtualClient } from './virtual-client.ts';

/** Where a worker's window ends: at a time on the engines' clock, or after so many attempts. */
export type WindowBound = { readonly by: 'time'; readonly endNs: number } | { readonly by: 'count'; readonly attempts: number };

export interface ClosedWindow {
  readonly bound: WindowBound;
  /** Every n-th handshake has its plaintext hellos read. */
  readonly tapEvery: number;
  /** Whether a client whose session is used up fetches another by an unmeasured full handshake. */
  readonly replenishes: boolean;
}

/**
 * Closed load: each virtual client starts its next handshake when its last one has ended, so the number in flight is constant.
 *
 * What is in flight when the window ends is finished and counted: dropping it would drop the slow ones.
 */
export class ClosedLoad implements Work<VirtualClient> {
  readonly tally = new Tally();
  readonly #clients: readonly VirtualClient[];
  readonly #idle: VirtualClient[];
  readonly #counters: Counters;
  readonly #tapEvery: number;
  readonly #endNs: number;
  readonly #replenishes: boolean;
  /** Clients that have offered a session: one that never had any has nothing to replenish, and is counted as declined. */
  readonly #hadSession = new Set<VirtualClient>();
  #left: number;
  #started = 0;
  #replenished = 0;

  constructor(clients: readonly VirtualClient[], counters: Counters, { bound, tapEvery, replenishes }: ClosedWindow) {
    this.#clients = clients;
    this.#idle = clients.toReversed();
    this.#counters = counters;
    this.#tapEvery = tapEvery;
    this.#replenishes = replenishes;
    this.#endNs = bound.by === 'time' ? bound.endNs : Number.POSITIVE_INFINITY;
    this.#left = bound.by === 'count' ? bound.attempts : Number.POSITIVE_INFINITY;
    for (const client of clients) client.startWindow();
  }

  next(nowNs: number): VirtualClient | undefined {
    if (this.#left === 0 || nowNs >= this.#endNs || this.#counters.control !== 'run') return undefined;
    const client = this.#idle.pop();
    if (client === undefined) return undefined;
    // Of a session that was used once there is none left: the client fetches another before it goes on.
    client.purpose = this.#replenishes && this.#hadSession.has(client) && !client.hasSession ? 'replenish' : 'measure';
    this.#counters.countStart();
    if (client.purpose === 'replenish') return client;
    this.#left -= 1;
    client.tap = this.#started % this.#tapEvery === 0;
    this.#started += 1;
    if (client.hasSession) this.#hadSession.add(client);
    return client;
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  isCancelled(): boolean {
    return this.#counters.control === 'cancel';
  }

  settled(client: VirtualClient, outcome: Outcome): void {
    if (Number.isNaN(client.firstStartNs)) client.firstStartNs = outcome.startNs;
    client.lastEndNs = outcome.endNs;
    client.residenceNs += outcome.endNs - outcome.startNs;
    if (client.purpose === 'replenish') this.#countReplenished(outcome);
    else this.#count(client, outcome);
    client.learn(outcome);
    this.#idle.push(client);
  }

  /** Time that the virtual clients existed for in the window, and the part that their connections account for. */
  occupancy(): { readonly clientNs: number; readonly residenceNs: number; readonly lastEndNs: number } {
    const used = this.#clients.filter((client) => !Number.isNaN(client.lastEndNs));
    return {
      clientNs: used.reduce((sum, client) => sum + client.lastEndNs - client.firstStartNs, 0),
      residenceNs: used.reduce((sum, client) => sum + client.residenceNs, 0),
      lastEndNs: used.reduce((latest, client) => Math.max(latest, client.lastEndNs), 0),
    };
  }

  get replenished(): number {
    return this.#replenished;
  }

  #countReplenished(outcome: Outcome): void {
    this.#replenished += 1;
    if (outcome.failure === undefined) this.#counters.countFinished(true);
    else {
      this.tally.failed(outcome.failure);
      this.#counters.countError();
    }
  }

  #count(client: VirtualClient, outcome: Outcome): void {
    if (outcome.failure !== undefined) {
      this.tally.failed(outcome.failure);
      this.#counters.countError();
      return;
    }
    const { mode, protocol } = client.client.settings;
    const asked = { mode, protocol, expired: client.isExpired(outcome.startNs) };
    const judgement = judge(asked, outcome.evidence);
    if (judgement === 'honoured') this.tally.honoured(outcome);
    else this.tally.declined(outcome, judgement);
    this.#counters.countFinished(judgement === 'honoured');
  }
}
