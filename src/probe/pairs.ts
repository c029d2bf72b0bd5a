import type { PlannedPair } from '../analysis/probe/pair-plan.ts';
import type { PairReport } from '../domain/probe-record.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Engine } from '../engine/engine.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
import { sumOf } from '../stats/descriptive.ts';
import type { Examination } from './examination.ts';
import { TryCount, type Resumption } from './resumption.ts';
import { visit } from './visit.ts';

/** The kind of session that is offered from one address to another. */
export interface PairKind {
  readonly protocol: Protocol;
  readonly mechanism: Mechanism;
}

interface TriedPair {
  readonly from: number;
  readonly to: number;
  readonly count: TryCount;
}

/** Offers sessions of one address to another, pair by pair, and keeps the counts of all that was tried. */
export class PairTries {
  readonly #engine: Engine;
  readonly #examinations: readonly Examination[];
  readonly #kind: PairKind;
  readonly #tried = new Map<string, TriedPair>();

  constructor(engine: Engine, examinations: readonly Examination[], kind: PairKind) {
    this.#engine = engine;
    this.#examinations = examinations;
    this.#kind = kind;
  }

  /** Tries pairs, as often as they say. Each address that is asked has one connection at a time. */
  async add(pairs: readonly PlannedPair[], options: ScriptOptions): Promise<void> {
    const asked = [...new Set(pairs.map(({ to }) => to))];
    const scripts = asked.map((to) =>
      this.#offerTo(
        to,
        pairs.filter((pair) => pair.to === to),
      ),
    );
    await performScripts(this.#engine, scripts, options);
  }

  *#offerTo(to: number, pairs: readonly PlannedPair[]): Script {
    const asked = this.#resumptionOf(to);
    if (asked === undefined) return;
    for (const { from, tries } of pairs) {
      const giving = this.#resumptionOf(from);
      const { count } = this.#pair(from, to);
      for (let index = 0; index < tries && giving !== undefined; index++) {
        const session = yield* giving.spare(index);
        if (session === undefined) break;
        const { result } = yield* visit(asked.offerTo(session));
        result.session?.free();
        count.add(result);
      }
    }
  }

  #pair(from: number, to: number): TriedPair {
    const key = `${String(from)} ${String(to)}`;
    const known = this.#tried.get(key) ?? { from, to, count: new TryCount() };
    this.#tried.set(key, known);
    return known;
  }

  #resumptionOf(index: number): Resumption | undefined {
    return this.#examinations[index]?.resumption(this.#kind.protocol, this.#kind.mechanism);
  }

  /** Sessions that were offered, all pairs together. */
  get attempts(): number {
    return sumOf([...this.#tried.values()], ({ count }) => count.attempts);
  }

  reports(): PairReport[] {
    const { protocol } = this.#kind;
    return [...this.#tried.values()].map(({ from, to, count }) => ({ from, to, protocol, ...count.report() }));
  }
}
