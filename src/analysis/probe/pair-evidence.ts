import { sumCounts } from '../../domain/mergeable.ts';
import type { PairReport } from '../../domain/probe-record.ts';

/** Attempts to resume a session of one address at another. The same pair may be listed several times. */
export type TriedPair = Pick<PairReport, 'from' | 'to' | 'tries' | 'honoured' | 'failed'>;

/**
 * The verdict on an ordered pair of addresses. One honoured session proves that they can; `failed`
 * means that every attempt ended without a handshake, which proves nothing.
 */
export type PairVerdict = 'untried' | 'failed' | 'declined' | 'honoured';

export type OrderedPair = readonly [from: number, to: number];

export interface PairEvidence {
  readonly verdict: (from: number, to: number) => PairVerdict;
  /** Attempts that were made of a pair, with or without a handshake. */
  readonly attempts: (from: number, to: number) => number;
  /** The same of all pairs together. */
  readonly allAttempts: number;
  /** All pairs that were tried, each once. */
  readonly pairs: readonly OrderedPair[];
  /** Those that have the verdict. */
  readonly pairsWith: (verdict: PairVerdict) => readonly OrderedPair[];
}

/** Adds up what was tried, by ordered pair. */
export const pairEvidence = (tried: readonly TriedPair[]): PairEvidence => {
  const sums = new Map<string, TriedPair>();
  for (const pair of tried) {
    const key = keyOf(pair.from, pair.to);
    sums.set(key, added(sums.get(key), pair));
  }
  const known = [...sums.values()].filter((sum) => attemptsOf(sum) > 0);
  const sumOf = (from: number, to: number): TriedPair | undefined => sums.get(keyOf(from, to));
  return {
    verdict: (from, to) => verdictOf(sumOf(from, to)),
    attempts: (from, to) => attemptsOf(sumOf(from, to)),
    allAttempts: tried.reduce((total, pair) => total + attemptsOf(pair), 0),
    pairs: known.map(orderedPair),
    pairsWith: (verdict) => known.filter((sum) => verdictOf(sum) === verdict).map(orderedPair),
  };
};

const keyOf = (from: number, to: number): string => `${String(from)}>${String(to)}`;

const orderedPair = ({ from, to }: TriedPair): OrderedPair => [from, to];

const added = (sum: TriedPair | undefined, pair: TriedPair): TriedPair =>
  sum === undefined
    ? pair
    : {
        ...pair,
        tries: sum.tries + pair.tries,
        honoured: sum.honoured + pair.honoured,
        failed: sumCounts([sum.failed, pair.failed]),
      };

const attemptsOf = (sum: TriedPair | undefined): number =>
  sum === undefined ? 0 : Object.values(sum.failed).reduce((total, times) => total + times, sum.tries);

const verdictOf = (sum: TriedPair | undefined): PairVerdict => {
  if (sum === undefined || attemptsOf(sum) === 0) return 'untried';
  if (sum.honoured > 0) return 'honoured';
  return sum.tries > 0 ? 'declined' : 'failed';
};
