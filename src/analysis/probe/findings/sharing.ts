import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import type { FleetMap } from '../../../domain/probe-record.ts';
import type { Protocol } from '../../../domain/protocol.ts';
import { sumOf } from '../../../stats/descriptive.ts';
import { components } from '../components.ts';
import { familyOf, type Fleet } from '../fleet.ts';
import { pairEvidence, type OrderedPair, type PairEvidence } from '../pair-evidence.ts';
import { sameKeyFinding } from './same-key.ts';

/** Groups of a fleet whose sessions are lost at the others: their key is another, or it is the same and something else differs. */
export const sharingFindings = (fleet: Fleet, map: FleetMap): ProbeFinding[] => {
  const { protocol } = map;
  if (protocol === null) return [];
  const evidence = pairEvidence(map.pairs);
  const clusters = clustersOf(fleet, map);
  return [
    ...apartFindings(clusters, { fleet, protocol, evidence }),
    ...clusters.flatMap(({ reference, others }) =>
      others
        .filter((group) => hasCrossing(group, reference, evidence.pairsWith('declined')))

        .map((group): ProbeFinding => sameKeyFinding({ fleet, protocol, group, reference, pairs: map.pairs })),
    ),
  ];
};

type Group = readonly number[];

/** Groups of one fleet that have the same key by its name. A group without names is a cluster of its own. */
interface Cluster {
  readonly addresses: Group;
  /** The largest group, with which the others are compared. */
  readonly reference: Group;
  readonly others: readonly Group[];
}

/** The largest cluster first. */
const clustersOf = (fleet: Fleet, map: FleetMap): Cluster[] => {
  const members = new Set(fleet.map(({ index }) => index));
  const groups = map.groups.map(({ addresses, keyNames }) => ({
    addresses: addresses.filter((address) => members.has(address)),
    keyNames,
  }));
  const sameKey = groups.flatMap((group, at) =>
    groups.flatMap((other, otherAt) =>
      other.keyNames.some((name) => group.keyNames.includes(name)) ? [[at, otherAt] as const] : [],
    ),
  );
  return components([...groups.keys()], sameKey)
    .map((ats) => ats.map((at) => groups[at]?.addresses ?? []).filter(({ length }) => length > 0))
    .map((own) => own.toSorted((a, b) => b.length - a.length))
    .flatMap(([reference, ...others]) =>
      reference === undefined ? [] : [{ reference, others, addresses: [reference, ...others].flat() }],
    )
    .toSorted((a, b) => b.addresses.length - a.addresses.length);
};

const hasCrossing = (a: Group, b: Group, pairs: readonly OrderedPair[]): boolean =>
  pairs.some(([from, to]) => (a.includes(from) && b.includes(to)) || (b.includes(from) && a.includes(to)));

interface Tried {
  readonly fleet: Fleet;
  readonly protocol: Protocol;
  readonly evidence: PairEvidence;
}

/** Names the addresses outside of the largest cluster where that has most of them, else all. */
const apartFindings = (all: readonly Cluster[], { fleet, protocol, evidence }: Tried): ProbeFinding[] => {
  const declined = evidence.pairsWith('declined');
  const clusters = all.filter((one) =>
    all.some((other) => other !== one && hasCrossing(one.addresses, other.addresses, declined)),
  );
  const [largest, ...others] = clusters;
  if (largest === undefined) return [];
  const of = sumOf(clusters, ({ addresses }) => addresses.length);
  const isMost = 2 * largest.addresses.length > of;
  const subject = { weight: 'problem', protocol } as const;
  const apart = others.flatMap(({ addresses }) => addresses);
  if (clusters.length === 2 && areFamilies(fleet, largest.addresses, apart)) {
    const family = fleet.filter(({ index }) => apart.includes(index)).map(familyOf)[0] ?? 'IPv6';
    return [{ ...subject, code: 'family-differs', addresses: apart, evidence: { family, what: 'keys' } }];
  }
  return [
    {
      ...subject,
      code: 'keys-not-shared',
      addresses: isMost ? apart : [...largest.addresses, ...apart],
      evidence: { groups: clusters.length, of, oneWay: oneWay(clusters, evidence) },
    },
  ];
};

/** Tells whether two groups are the IPv4 addresses and the IPv6 addresses of a fleet. */
const areFamilies = (fleet: Fleet, a: Group, b: Group): boolean => {
  const familiesOf = (group: Group): string =>
    [...new Set(fleet.filter(({ index }) => group.includes(index)).map(familyOf))].join(' ');
  return ['IPv4 IPv6', 'IPv6 IPv4'].includes(`${familiesOf(a)} ${familiesOf(b)}`);
};

/** Pairs of clusters of which sessions resume in one direction, as while a new key is rolled out. */
const oneWay = (clusters: readonly Cluster[], evidence: PairEvidence): number => {
  const honoured = evidence.pairsWith('honoured');
  return sumOf([...clusters.entries()], ([at, one]) => {
    const later = clusters.slice(at + 1);
    return later.filter((other) => hasCrossing(one.addresses, other.addresses, honoured)).length;
  });
};
