import { pairEvidence, type OrderedPair, type PairEvidence, type TriedPair } from './pair-evidence.ts';
import type { PairPlan, PlannedPair } from './pair-plan.ts';
import type { SupposedGroup } from './supposed-groups.ts';
import { linkedUnits } from './units.ts';

/**
 * Returns the pairs that the results so far leave to be asked for, none when the map is complete or
 * the attempts of the plan are used up (then a group may be shown as several). Call it again with
 * all results until it returns none. Three questions are asked:
 *
 * - A decline between addresses that are known to share their key may be chance: it is tried again.
 * - Where it stays, another member is tried with both, which tells the side that is to blame.
 * - Parts of a supposed group that no honoured pair connects are tried with its largest part, then
 *   those that are left with the largest of them, and so on.
 */
export const followUp = (plan: PairPlan, results: readonly TriedPair[]): PlannedPair[] => {
  const state = stateOf(plan, pairEvidence(results));
  return shareOut([...doubtedOffers(state), ...plan.supposed.flatMap((group) => leaderOffers(group, state))], state);
};

interface MapState {
  readonly plan: PairPlan;
  readonly evidence: PairEvidence;
  /** Declined pairs of the plan that lie inside a supposed group. */
  readonly ringDeclines: readonly OrderedPair[];
  readonly units: readonly (readonly number[])[];
  readonly unitOf: (address: number) => readonly number[];
}

const stateOf = (plan: PairPlan, evidence: PairEvidence): MapState => {
  const groupOf = indexOfMembers(plan.supposed.map(({ addresses }) => addresses));
  const units = linkedUnits([...groupOf.keys()], plan.supposed, evidence);
  const unitOf = indexOfMembers(units);
  return {
    plan,
    evidence,
    units,
    unitOf: (address) => unitOf.get(address) ?? [],
    ringDeclines: plan.pairs
      .filter(({ from, to }) => groupOf.get(from) === groupOf.get(to) && evidence.verdict(from, to) === 'declined')
      .map(({ from, to }) => [from, to]),
  };
};

const indexOfMembers = (groups: readonly (readonly number[])[]): Map<number, readonly number[]> =>
  new Map(groups.flatMap((group) => group.map((address) => [address, group] as const)));

/** Declines inside a unit, once more; those that are believed, with a third member. */
const doubtedOffers = (state: MapState): OrderedPair[] => {
  const { plan, evidence, unitOf } = state;
  const isInside = ([from, to]: OrderedPair): boolean => unitOf(from) === unitOf(to);
  const isDoubted = ([from, to]: OrderedPair): boolean => evidence.attempts(from, to) < plan.tries;
  return [
    ...evidence.pairsWith('declined').filter((pair) => isInside(pair) && isDoubted(pair)),
    ...state.ringDeclines.filter((pair) => isInside(pair) && !isDoubted(pair)).flatMap((pair) => witnessOffers(pair, state)),
  ];
};

const witnessOffers = ([from, to]: OrderedPair, state: MapState): OrderedPair[] => {
  const others = state.unitOf(from).filter((address) => address !== from && address !== to);
  const witness = representative(others, state);
  return witness === undefined
    ? []
    : untried(
        [
          [witness, to],
          [from, witness],
        ],
        state,
      );
};

/** Offers in both directions between the largest unit of a supposed group that is not yet known to differ from all others, and these. */
const leaderOffers = ({ addresses }: SupposedGroup, state: MapState): OrderedPair[] => {
  const units = new Set(addresses.map(state.unitOf));
  const ranked = [...units].toSorted((a, b) => b.length - a.length).flatMap((unit) => representative(unit, state) ?? []);
  for (const [rank, leader] of ranked.entries()) {
    const others = ranked.slice(rank + 1).flatMap((other): OrderedPair[] => [
      [leader, other],
      [other, leader],
    ]);
    const offers = untried(others, state);
    if (offers.length > 0) return offers;
  }
  return [];
};

/**
 * Picks the member that was declined least along the ring, so that a member with a fault of its own
 * does not speak for the others; of equals the one that was tried most, so that it stays the same.
 */
const representative = (members: readonly number[], { ringDeclines, evidence }: MapState): number | undefined =>
  members
    .map((address) => ({ address, declined: pairsOf(address, ringDeclines), tried: pairsOf(address, evidence.pairs) }))
    .toSorted((a, b) => a.declined - b.declined || b.tried - a.tried)[0]?.address;

const pairsOf = (address: number, pairs: readonly OrderedPair[]): number =>
  pairs.filter(([from, to]) => from === address || to === address).length;

const untried = (offers: readonly OrderedPair[], { evidence }: MapState): OrderedPair[] =>
  offers.filter(([from, to]) => evidence.verdict(from, to) === 'untried');

/** Gives each offer its part of half the attempts that are left: the next questions follow from the answers. */
const shareOut = (offers: readonly OrderedPair[], { plan, evidence }: MapState): PlannedPair[] => {
  const left = plan.mostAttempts - evidence.allAttempts;
  const asked = distinct(offers).slice(0, Math.max(0, left));
  const each = Math.max(1, Math.floor(left / 2 / asked.length));
  return asked.map(([from, to]) => ({ from, to, tries: Math.min(each, plan.tries - evidence.attempts(from, to)) }));
};

const distinct = (offers: readonly OrderedPair[]): OrderedPair[] => [
  ...new Map(offers.map((offer) => [offer.join('>'), offer])).values(),
];
