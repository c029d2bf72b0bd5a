import { judge, type Judgement } from '../../domain/judgement.ts';
import type { Outcome, Work } from '../../engine/engine.ts';
import type { PermutedBlocks } from '../../stats/permuted-blocks.ts';
import type { Random } from '../../stats/random.ts';
import type { Counters } from '../protocol/counters.ts';
import { BackOff } from './back-off.ts';
import type { ClientPool } from './client-pool.ts';
import type { CpuSplit } from './cpu-split.ts';
import { InFlight } from './in-flight.ts';
import type { Pace } from './pace.ts';
import type { StallWatch } from './stall-watch.ts';
import type { Tally } from './tally.ts';
import type { VirtualClient } from './virtual-client.ts';

export interface WindowOptions {
  /** One per stream. */
  readonly pools: readonly ClientPool[];
  readonly tallies: readonly Tally[];
  /** Says which stream is next. */
  readonly turns: PermutedBlocks;
  /** Deals the clients of a stream. */
  readonly random: Random;
  readonly pace: Pace;
  readonly counters: Counters;
  readonly cpu: CpuSplit;
  readonly stalls: StallWatch;
  /** Every n-th handshake has its plaintext hellos read. */
  readonly tapEvery: number;
  /** True where each connection is over before the next begins. */
  readonly isSequential: boolean;
}

/**
 * The work of one window: the pace says when a handshake begins, `turns` of which cell, and the
 * cell's pool by which client.
 *
 * Handshakes in flight when the window ends are finished and counted: dropping them would drop the slow ones.
 */
export class LoadWindow implements Work<VirtualClient> {
  readonly tallies: readonly Tally[];
  readonly inFlight = new InFlight();
  readonly #options: WindowOptions;
  readonly #backOff = new BackOff();
  /** Clients without a session who had one: they fetch another before they go on. */
  readonly #spent: VirtualClient[] = [];
  #started = 0;
  #restedNs = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.tallies = options.tallies;
  }

  next(nowNs: number): VirtualClient | undefined {
    const { pace, turns, random, pools, counters, tapEvery, isSequential } = this.#options;
    if (counters.control !== 'run') return undefined;
    const spent = this.#spent.pop();
    if (spent !== undefined) return this.#begin(spent, nowNs);
    const intendedNs = pace.take(nowNs, this.inFlight.count + this.#backOff.waiting(nowNs));
    if (intendedNs === undefined) return undefined;
    const client = pools[turns.next()]?.acquire(random);
    if (client === undefined) throw new RangeError('there are more weights than streams');
    client.startMeasuring(intendedNs, this.#started % tapEvery === 0, isSequential);
    this.#started += 1;
    counters.countBegun();
    const tally = this.#tallyOf(client);
    tally.started(pace.wasConnectionLimited);
    const { session } = client;
    if (session !== undefined) tally.offered(nowNs - session.receivedNs, client.noteOffer());
    return this.#begin(client, nowNs);
  }

  dueNs(): number {
    const { pace, counters } = this.#options;
    if (counters.control !== 'run') return Number.POSITIVE_INFINITY;
    return Math.min(pace.dueNs(this.inFlight.count + this.#backOff.count), this.#backOff.nextNs);
  }

  isCancelled(): boolean {
    this.#options.stalls.turn();
    return this.#options.counters.control === 'cancel';
  }

  turnTo(client: VirtualClient): void {
    this.#options.cpu.turnTo(client.stream);
  }

  /** Counts rest, but not the engine's waiting for connections to end when all is done. */
  rested(ns: number): void {
    if (this.inFlight.count > 0 || this.dueNs() !== Number.POSITIVE_INFINITY) this.#restedNs += ns;
    this.#options.counters.tellRest(this.#restedNs);
  }

  /** Time in which there was nothing to do. */
  get restedNs(): number {
    return this.#restedNs;
  }

  /** @returns the handshake's judgement; `undefined` when it was not finished, or not to be measured. */
  settled(client: VirtualClient, outcome: Outcome): Judgement | undefined {
    const { pools } = this.#options;
    this.#free(client, outcome);
    const tally = this.#tallyOf(client);
    let judgement: Judgement | undefined;
    if (client.purpose === 'replenish') this.#countReplenished(tally, outcome);
    else judgement = this.#count(tally, client, outcome);
    client.observe(outcome);
    if (outcome.evidence.offered !== undefined && client.isSpent) {
      client.purpose = 'replenish';
      this.#spent.push(client);
    } else pools[client.stream]?.release(client);
    return judgement;
  }

  /** Counts starts that had fallen due and were never made, each for the cell whose turn it would have been. */
  end(nowNs: number): void {
    const { pace, turns } = this.#options;
    for (let left = pace.end(nowNs); left > 0; left--) this.tallies[turns.next()]?.dropped();
  }

  #tallyOf({ stream }: VirtualClient): Tally {
    const tally = this.tallies[stream];
    if (tally === undefined) throw new RangeError('a client of no stream');
    return tally;
  }

  #begin(client: VirtualClient, nowNs: number): VirtualClient {
    client.slot = this.inFlight.acquire(nowNs);
    this.#options.counters.countStart();
    return client;
  }

  /** Frees the place of a connection, at once or after the wait that follows a refusal. */
  #free({ slot }: VirtualClient, outcome: Outcome): void {
    const refusal = this.#backOff.observe(outcome);
    if (refusal === 'first' || refusal === 'again') this.inFlight.retire(slot, outcome.endNs);
    else this.inFlight.release(slot, outcome.endNs);
    if (refusal !== 'none') this.#options.counters.tellRefusal(refusal, this.#backOff.refusedNs);
  }

  #countReplenished(tally: Tally, outcome: Outcome): void {
    const { counters } = this.#options;
    tally.replenished(outcome);
    if (outcome.failure === undefined) counters.countFinished(true);
    else counters.countError();
  }

  #count(tally: Tally, client: VirtualClient, outcome: Outcome): Judgement | undefined {
    const { counters } = this.#options;
    tally.ended(outcome, client.intendedNs);
    if (outcome.failure !== undefined) {
      tally.failed(outcome.failure, outcome.endNs);
      counters.countError();
      return undefined;
    }
    const { mode, protocol } = client.client.settings;
    const { missing } = client;
    const judgement = judge({ mode, protocol, expired: client.isExpired(outcome.startNs), missing }, outcome.evidence);
    if (judgement === 'honoured') {
      counters.latency.record(tally.honoured(outcome, client.intendedNs));
      if (client.sendsRequest) tally.requested(outcome);
    } else tally.declined(outcome, judgement);
    counters.countFinished(judgement === 'honoured');
    return judgement;
  }
}
