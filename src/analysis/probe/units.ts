import { components } from './components.ts';
import type { PairEvidence } from './pair-evidence.ts';
import type { SupposedGroup } from './supposed-groups.ts';

/**
 * Joins addresses that were seen to resume each other's sessions into units, also by way of a third
 * one. Both directions must be honoured; under a shared name one is enough where the other was not
 * tried.
 */
export const linkedUnits = (
  addresses: readonly number[],
  supposed: readonly SupposedGroup[],
  evidence: PairEvidence,
): readonly number[][] => {
  const isSameName = sameNames(supposed);
  const links = evidence.pairsWith('honoured').filter(([from, to]) => {
    const back = evidence.verdict(to, from);
    return back === 'honoured' || (back !== 'declined' && isSameName(from, to));
  });
  return components(addresses, links);
};

const sameNames = (supposed: readonly SupposedGroup[]): ((a: number, b: number) => boolean) => {
  const groupOf = new Map(
    supposed.filter(({ isNamed }) => isNamed).flatMap((group) => group.addresses.map((address) => [address, group] as const)),
  );
  return (a, b) => groupOf.has(a) && groupOf.get(a) === groupOf.get(b);
};
