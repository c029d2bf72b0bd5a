import type { FleetMap } from '../domain/probe-record.ts';
import type { Engine, Session } from '../engine/engine.ts';
import { performScripts, type Script, type ScriptOptions } from '../engine/script.ts';
import { attemptOf } from '../engine/perform.ts';
import { shuffled, type Random } from '../stats/random.ts';
import type { AddressClients } from './clients.ts';
import type { PairKind } from './pairs.ts';
import { TryCount } from './resumption.ts';
import { visit } from './visit.ts';

/** A name behind which the addresses of a fleet are balanced. */
export interface BalancedTarget {
  /** As the user wrote it. */
  readonly target: string;
  readonly clients: AddressClients;
}

export interface BalancedOptions extends ScriptOptions {
  readonly tries: number;
  readonly random: Random;
}

/**
 * Measures the share of sessions that resume behind a balancer: primes them one after another, and offers them in shuffled order. In the
 * order of the priming a balancer that takes turns would send each back to the server that gave it.
 */
export const tryBalanced = async (
  engine: Engine,
  { target, clients }: BalancedTarget,
  kind: PairKind,
  { tries, random, ...options }: BalancedOptions,
): Promise<NonNullable<FleetMap['balanced']>> => {
  const count = new TryCount();
  const mode = kind.mechanism === 'session-id' ? 'session-id' : 'ticket';
  const client = clients.of({ protocol: kind.protocol, mode, verify: false });
  const sessions: Session[] = [];
  const prime = function* (): Script {
    for (let primed = 0; primed < tries; primed++) {
      const { result } = yield* visit(attemptOf(client));
      if (result.session !== undefined) sessions.push(result.session);
      // A name that cannot be reached has no share, and its reason is shown instead.
      if (result.failure !== undefined) count.add(result);
    }
  };
  const offer = function* (): Script {
    for (const session of shuffled(sessions, random)) {
      const { result } = yield* visit(attemptOf(client, { session, awaitTicket: false, sendsRequest: false }));
      result.session?.free();
      count.add(result);
    }
  };
  try {
    await performScripts(engine, [prime()], options);
    await performScripts(engine, [offer()], options);
  } finally {
    for (const session of sessions) session.free();
  }
  return { target, protocol: kind.protocol, ...count.report() };
};
