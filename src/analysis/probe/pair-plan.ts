import type { OrderedPair } from './pair-evidence.ts';
import { supposedGroups, type MappedAddress, type SupposedGroup } from './supposed-groups.ts';

/** Up to so many addresses every ordered pair is tried: 240 pairs, and the matrix has no gap. */
export const ALL_PAIRS_UNTIL = 16;

/** A session of one address that is to be offered to another, so many times. */
export interface PlannedPair {
  readonly from: number;
  readonly to: number;
  readonly tries: number;
}

export interface PairPlan {
  readonly method: 'names' | 'pairs';
  readonly supposed: readonly SupposedGroup[];
  readonly pairs: readonly PlannedPair[];
  /** Attempts of one pair after which a decline is believed. */
  readonly tries: number;
  /** Attempts that the plan and all that follows up on it may make together. */
  readonly mostAttempts: number;
}

/**
 * Plans the pairs that tell which addresses resume whose sessions. A small fleet has each of its
 * ordered pairs tried. A large one is tried inside each supposed group along a ring, each member's
 * session at the next member, and at the boundaries between groups; half of its attempts, `tries`
 * for each address, are left for {@link followUp}.
 *
 * Pass only the addresses that resume sessions of their own: others have none to offer.
 */
export const planPairs = (addresses: readonly MappedAddress[], tries: number): PairPlan => {
  const supposed = supposedGroups(addresses);
  const isSmall = addresses.length <= ALL_PAIRS_UNTIL;
  const pairs = isSmall
    ? offers(
        addresses.map(({ address }) => address),
        addresses.length - 1,
      )
    : [...supposed.flatMap(insideOffers), ...boundaryOffers(supposed, addresses.length)];
  const triesOfPair = isSmall
    ? Math.max(2, Math.floor(tries / (addresses.length - 1)))
    : Math.floor((tries * addresses.length) / 2 / pairs.length);
  return {
    method: !isSmall && supposed.some(({ isNamed }) => isNamed) ? 'names' : 'pairs',
    supposed,
    pairs: pairs.map(([from, to]) => ({ from, to, tries: Math.min(tries, Math.max(1, triesOfPair)) })),
    tries,
    mostAttempts: tries * (isSmall ? pairs.length : addresses.length),
  };
};

/** A shared name makes one direction enough; without a name only both directions show a shared key. */
const insideOffers = ({ addresses, isNamed }: SupposedGroup): OrderedPair[] => offers(addresses, isNamed ? 1 : 2);

/**
 * Offers between representatives of the groups: in both directions along a ring of groups, and as
 * many more as make two for each address. Every pair of groups is among them up to the square root
 * of twice the number of addresses.
 */
const boundaryOffers = (groups: readonly SupposedGroup[], addresses: number): OrderedPair[] =>
  offers(
    groups.flatMap((group) => group.addresses.slice(0, 1)),
    Math.floor((2 * addresses) / groups.length),
  );

/**
 * Offers the session of each member to so many others: the next one on a ring, the one before it,
 * the next but one, and so on, no pair twice.
 */
const offers = (members: readonly number[], others: number): OrderedPair[] =>
  Array.from({ length: Math.min(others, members.length - 1) }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : -(i + 1) / 2)).flatMap(
    (step) =>
      members.flatMap((from, at) => {
        const to = members.at((at + step) % members.length);
        return to === undefined ? [] : [[from, to] as const];
      }),
  );
