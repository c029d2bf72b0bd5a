import { setTimeout as sleep } from 'node:timers/promises';
import { interruption, ResumarkError } from '../../domain/error.ts';
import type { Broker } from '../broker/broker.ts';
import { AGENT_PROTOCOL, decodeHello, decodeIntroduction, type Hello, type Introduction } from '../protocol/hello.ts';
import { IDLE_LEASE_MS } from '../protocol/times.ts';
import type { PoolOptions } from './options.ts';

/** Between two looks at who is there. */
const LOOK_MS = 100;

/** An agent that is there but cannot take part, and why, as the end of a sentence. */
export interface Unfit {
  readonly name: string;
  readonly reason: string;
}

/** The agents that a run begins with, and those that it begins without. */
export interface Mustered {
  readonly hellos: readonly Hello[];
  readonly unfit: readonly Unfit[];
}

/** Waits for agents until there are enough, and claims all of them at once or none: two coordinators that wait for each other's would wait for ever. */
export class Muster {
  readonly #broker: Broker;
  readonly #token: string;
  readonly #options: PoolOptions;
  /** Names of those that another run had at the last look. */
  #busy: readonly string[] = [];

  constructor(broker: Broker, token: string, options: PoolOptions) {
    this.#broker = broker;
    this.#token = token;
    this.#options = options;
  }

  /**
   * Gathers as many as were asked for. Where some of these are there and cannot take part, the run begins without them when the time is up.
   *
   * @throws ResumarkError USAGE when there are too few in time, INTERRUPTED when the signal ends the wait.
   */
  async gather(): Promise<Mustered> {
    const { agents, readyTimeoutMs, signal, onReady } = this.#options;
    const startMs = performance.now();
    let seen: Mustered = { hellos: [], unfit: [] };
    let ready = -1;
    do {
      seen = await this.#look();
      if (seen.hellos.length !== ready) onReady?.(Math.min(seen.hellos.length, agents), agents);
      ready = seen.hellos.length;
      const wanted = seen.hellos.slice(0, agents);
      if (wanted.length === agents && (await this.#claimAll(wanted))) return { hellos: wanted, unfit: [] };
      // Of two that want the same agents one is the first to come back.
      await sleep(LOOK_MS * (1 + Math.random()));
      if (signal?.aborted === true) throw interruption();
    } while (performance.now() - startMs < readyTimeoutMs);
    const { hellos, unfit } = seen;
    const isExplained = hellos.length > 0 && hellos.length < agents && hellos.length + unfit.length >= agents;
    if (isExplained && (await this.#claimAll(hellos))) return { hellos, unfit: unfit.slice(0, agents - hellos.length) };
    throw this.#tooFew(seen);
  }

  async #look(): Promise<Mustered> {
    // However long it takes: agents take a run without a lease for one whose coordinator is gone.
    await this.#broker.renew(this.#token, IDLE_LEASE_MS, true);
    const hellos: Hello[] = [];
    const unfit: Unfit[] = [];
    for (const facts of await this.#broker.roll()) {
      const introduction = decodeIntroduction(facts);
      const reason = this.#flawOf(introduction, hellos);
      if (reason === undefined) hellos.push(decodeHello(facts));
      else unfit.push({ name: introduction.name, reason });
    }
    return { hellos: hellos.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })), unfit };
  }

  #flawOf({ name, version, protocol }: Introduction, others: readonly Hello[]): string | undefined {
    if (version !== this.#options.version || protocol !== AGENT_PROTOCOL)
      return `runs resumark ${version}, and this is ${this.#options.version}`;
    return others.some((other) => other.name === name) ? 'has the name of another agent' : undefined;
  }

  /** @returns false, and has claimed none, when another run has one of them. */
  async #claimAll(hellos: readonly Hello[]): Promise<boolean> {
    const claims = await Promise.all(
      hellos.map(async (hello) => ({ hello, isOurs: await this.#broker.claim(hello.id, this.#token) })),
    );
    this.#busy = claims.flatMap(({ hello, isOurs }) => (isOurs ? [] : [hello.name]));
    if (this.#busy.length === 0) return true;
    await this.#broker.unclaim(
      this.#token,
      claims.flatMap(({ hello, isOurs }) => (isOurs ? [hello.id] : [])),
    );
    return false;
  }

  #tooFew({ hellos, unfit }: Mustered): ResumarkError {
    const { agents, readyTimeoutMs, coordinator } = this.#options;
    const free = hellos.map(({ name }) => name).filter((name) => !this.#busy.includes(name));
    const there = free.length === 0 ? '' : ` (${free.join(', ')})`;
    const others = [...unfit, ...this.#busy.map((name) => ({ name, reason: 'works for another run' }))];
    const flaws = others.map(({ name, reason }) => ` ${name} ${reason}.`).join('');
    return new ResumarkError(
      'USAGE',
      `${String(free.length)} of ${String(agents)} agents were ready at ${coordinator.shown} within ${String(readyTimeoutMs / 1000)} s${there}.${flaws}`,
      `Start more: resumark agent --coordinator ${coordinator.shown}. Or lower --agents, or wait for longer with --ready-timeout.`,
    );
  }
}
