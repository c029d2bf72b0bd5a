import type { PlannedPair } from '../analysis/probe/pair-plan.ts';
import type { PairReport } from '../domain/probe-record.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Engine } from '../engine/engine.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
import type { Examination } from './examination.ts';
import { TryCount, type Resumption } from './resumption.ts';
import { visit } from './visit.ts';

export interface PairOptions extends ScriptOptions {
  readonly protocol: Protocol;
  readonly mechanism: Mechanism;
}

/** Offers sessions of one address to another, pair by pair. Each address that is asked has one connection at a time. */
export const tryPairs = async (
  engine: Engine,
  examinations: readonly Examination[],
  pairs: readonly PlannedPair[],
  { protocol, mechanism, ...options }: PairOptions,
): Promise<PairReport[]> => {
  const resumptionOf = (index: number): Resumption | undefined => examinations[index]?.resumption(protocol, mechanism);
  const tried = pairs.map((pair) => ({ pair, count: new TryCount() }));
  const asked = [...new Set(pairs.map(({ to }) => to))];
  const scripts = asked.map(function* (to): Script {
    const asking = resumptionOf(to);
    if (asking === undefined) return;
    for (const { pair, count } of tried.filter((each) => each.pair.to === to)) {
      const giving = resumptionOf(pair.from);
      for (let index = 0; index < pair.tries && giving !== undefined; index++) {
        const session = yield* giving.spare(index);
        if (session === undefined) break;
        const { result } = yield* visit(asking.offerTo(session));
        result.session?.free();
        count.add(result);
      }
    }
  });
  await performScripts(engine, scripts, options);
  return tried.map(({ pair: { from, to }, count }) => ({ from, to, protocol, ...count.report() }));
};
