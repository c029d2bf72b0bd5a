import { CapacitySearch, MOST_BEYOND_LIMIT } from '../analysis/probe/capacity-search.ts';
import type { CacheCapacity } from '../domain/cache-capacity.ts';
import { failureKey } from '../domain/failure.ts';
import type { ProbeEvent } from '../domain/probe-event.ts';
import type { Attempt, Engine, Session } from '../engine/engine.ts';
import type { HandshakeResult } from '../engine/perform.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
import { finiteOrNull } from '../stats/descriptive.ts';
import type { Examination } from './examination.ts';
import type { PairKind } from './pairs.ts';
import { isHonoured, type Resumption } from './resumption.ts';

export interface FillingOptions extends ScriptOptions {
  /** Most sessions that are made at each address. */
  readonly limit: number;
  readonly onEvent: (event: ProbeEvent) => void;
}

/** Sessions that a server keeps itself, and hands out a key to. */
const CACHED: readonly PairKind[] = [
  { protocol: 'TLSv1.2', mechanism: 'session-id' },
  { protocol: 'TLSv1.3', mechanism: 'psk-stateful' },
];

/**
 * Finds out how many sessions the cache of each address holds, one address after the other: with a cache that they share, two at a time
 * would push out the sessions of each other.
 */
export const fillCaches = async (
  engine: Engine,
  examinations: readonly Examination[],
  { limit, onEvent, ...options }: FillingOptions,
): Promise<CacheCapacity> => {
  const addresses: CacheCapacity['addresses'] = [];
  for (const [address, examination] of examinations.entries()) {
    const kind = CACHED.find(({ protocol, mechanism }) => examination.resumption(protocol, mechanism)?.hasSessions === true);
    const resumption = kind && examination.resumption(kind.protocol, kind.mechanism);
    if (kind === undefined || resumption === undefined || options.signal?.aborted === true) continue;
    const connections = limit + MOST_BEYOND_LIMIT;
    onEvent({ kind: 'cache-filling', atUnixMs: Date.now(), address, connections });
    const filling = new CacheFilling(resumption, limit);
    try {
      await performScripts(engine, [filling.script()], options);
      addresses.push({ address, protocol: kind.protocol, mechanism: kind.mechanism, ...filling.report() });
    } finally {
      filling.close();
    }
  }
  return { limit, addresses };
};

/** Handshakes in a row without a session after which there is none to wait for. */
const MOST_WITHOUT_SESSION = 5;

/** Fills the cache of one address, and offers what it gave. */
class CacheFilling {
  readonly #resumption: Resumption;
  readonly #search: CapacitySearch;
  readonly #sessions = new Map<number, Session>();
  readonly #failed: Record<string, number> = {};
  #withoutSession = 0;
  #declinedAgeNs = Number.POSITIVE_INFINITY;

  constructor(resumption: Resumption, limit: number) {
    this.#resumption = resumption;
    this.#search = new CapacitySearch(limit);
  }

  *script(): Script {
    while (this.#withoutSession < MOST_WITHOUT_SESSION) {
      const step = this.#search.next;
      if (step.kind === 'done') return;
      if (step.kind === 'make') yield* this.#make();
      else yield* this.#offer(step.index);
    }
  }

  *#make(): Script {
    const result = yield* this.#perform(this.#resumption.fullAttempt());
    const { session } = result;
    this.#withoutSession = session === undefined ? this.#withoutSession + 1 : 0;
    if (session === undefined) return;
    this.#sessions.set(this.#search.made, session);
    for (const index of this.#search.noteMade(this.#givenIn(result))) this.#free(index);
  }

  *#offer(index: number): Script {
    const session = this.#sessions.get(index);
    if (session === undefined) return;
    const { receivedNs } = session;
    const result = yield* this.#perform(this.#resumption.offerTo(session));
    result.session?.free();
    this.#free(index);
    if (result.failure !== undefined) {
      this.#withoutSession += 1;
      this.#search.forget(index);
      return;
    }
    const honoured = isHonoured(result);
    if (!honoured) this.#declinedAgeNs = Math.min(this.#declinedAgeNs, result.startNs - receivedNs);
    this.#search.noteOffered(
      index,
      honoured,
      honoured && this.#resumption.mechanism === 'session-id' ? 0 : this.#givenIn(result),
    );
  }

  *#perform(attempt: Attempt): Generator<Attempt, HandshakeResult, HandshakeResult> {
    const result = yield attempt;
    const { failure } = result;
    if (failure !== undefined) this.#failed[failureKey(failure)] = (this.#failed[failureKey(failure)] ?? 0) + 1;
    return result;
  }

  /** Sessions that the server keeps of a handshake: one for each ticket that stands for one, or the one that the ID names. */
  #givenIn({ ticketsReceived }: HandshakeResult): number {
    return this.#resumption.mechanism === 'session-id' ? 1 : ticketsReceived;
  }

  report(): Omit<CacheCapacity['addresses'][number], 'address' | 'protocol' | 'mechanism'> {
    const { made, offered, least, most, isSharp } = this.#search;
    const declinedAgeMs = finiteOrNull(this.#declinedAgeNs / 1e6);
    return { made, offered, least, most: finiteOrNull(most), isSharp, declinedAgeMs, failed: this.#failed };
  }

  #free(index: number): void {
    this.#sessions.get(index)?.free();
    this.#sessions.delete(index);
  }

  close(): void {
    for (const session of this.#sessions.values()) session.free();
    this.#sessions.clear();
  }
}
