import { followUp } from '../../../src/analysis/probe/follow-up.ts';
import type { TriedPair } from '../../../src/analysis/probe/pair-evidence.ts';
import { planPairs, type PairPlan, type PlannedPair } from '../../../src/analysis/probe/pair-plan.ts';
import type { MappedAddress } from '../../../src/analysis/probe/supposed-groups.ts';

/** Says how many sessions of one address another honours, of so many tries. */
export type Truth = (from: number, to: number, tries: number) => number;

export interface Tried {
  readonly plan: PairPlan;
  readonly results: readonly TriedPair[];
  readonly rounds: number;
}

/** Tries a plan and all that follows up on it on a fleet of which the truth is known. */
export const tryFleet = (addresses: readonly MappedAddress[], truth: Truth, tries = 10): Tried => {
  const plan = planPairs(addresses, tries);
  const answered = (pairs: readonly PlannedPair[]): TriedPair[] =>
    pairs.map((pair) => ({ ...pair, honoured: truth(pair.from, pair.to, pair.tries), failed: {} }));
  const results = answered(plan.pairs);
  for (let rounds = 0; rounds < 1000; rounds++) {
    const asked = followUp(plan, results);
    if (asked.length === 0) return { plan, results, rounds };
    results.push(...answered(asked));
  }
  throw new Error('the follow-ups do not end');
};

export const attemptsOf = ({ results }: Tried): number => results.reduce((sum, { tries }) => sum + tries, 0);

/** Addresses that resume each other's sessions where their keys are equal. */
export const sameKey =
  (keys: readonly unknown[]): Truth =>
  (from, to, tries) =>
    keys[from] === keys[to] ? tries : 0;

/** The groups that follow from equal keys, as sorted lists of addresses. */
export const trueGroups = (keys: readonly unknown[]): number[][] =>
  sorted([...new Set(keys)].map((key) => keys.flatMap((other, address) => (other === key ? [address] : []))));

export const sorted = (groups: readonly (readonly number[])[]): number[][] =>
  groups.map((group) => group.toSorted((a, b) => a - b)).toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
