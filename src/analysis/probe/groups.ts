import type { FleetMap } from '../../domain/probe-record.ts';
import { pairEvidence, type PairEvidence, type TriedPair } from './pair-evidence.ts';
import { supposedGroups, type MappedAddress, type SupposedGroup } from './supposed-groups.ts';
import { linkedUnits } from './units.ts';

/**
 * Gathers addresses into groups that resume each other's sessions, the largest group first; each
 * address is in one.
 *
 * Two addresses are joined by honoured sessions in both directions, or under a shared name in the
 * direction that was tried, also by way of others. A group never holds a pair that was declined:
 * the member with the most declines is put out of it, so that an address whose sessions resume at
 * the others while it declines theirs is a group of its own, and the pairs show the one direction.
 */
export const groupsOf = (addresses: readonly MappedAddress[], pairs: readonly TriedPair[]): FleetMap['groups'] => {
  const fleet: Fleet = { supposed: supposedGroups(addresses), evidence: pairEvidence(pairs) };
  const namesOf = new Map(addresses.map(({ address, keyNames }) => [address, keyNames]));
  return unitsOf(
    addresses.map(({ address }) => address),
    fleet,
  )
    .toSorted((a, b) => b.length - a.length || Math.min(...a) - Math.min(...b))
    .map((members) => ({
      addresses: [...members],
      keyNames: [...new Set(members.flatMap((address) => namesOf.get(address) ?? []))],
    }));
};

interface Fleet {
  readonly supposed: readonly SupposedGroup[];
  readonly evidence: PairEvidence;
}

/** The units without a declined pair, and what had to be put out of a unit, in units of its own. */
const unitsOf = (addresses: readonly number[], fleet: Fleet): (readonly number[])[] =>
  linkedUnits(addresses, fleet.supposed, fleet.evidence).flatMap((unit) => {
    const kept = withoutDeclined(unit, fleet.evidence);
    const putOut = unit.filter((address) => !kept.includes(address));
    return [kept, ...(putOut.length > 0 ? unitsOf(putOut, fleet) : [])];
  });

const withoutDeclined = (unit: readonly number[], evidence: PairEvidence): readonly number[] => {
  const declined = evidence.pairsWith('declined').filter((pair) => pair.every((address) => unit.includes(address)));
  if (declined.length === 0) return unit;
  const ends = declined.flat();
  const [worst] = unit
    .map((address) => ({ address, declines: ends.filter((end) => end === address).length }))
    .toSorted((a, b) => b.declines - a.declines || b.address - a.address);
  return withoutDeclined(
    unit.filter((address) => address !== worst?.address),
    evidence,
  );
};
