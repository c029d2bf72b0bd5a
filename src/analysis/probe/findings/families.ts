import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import { familyOf, indexesOf, type Fleet, type ProbedAddress } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';

/** A family of addresses of which none answers, or none resumes, while all of the other do. */
export const familyFindings = (fleet: Fleet): ProbeFinding[] => {
  const unreachable = worseFamily(fleet, isReachable);
  if (unreachable !== undefined) return [unreachableFamily(unreachable)];
  const lost = worseFamily(fleet.filter(wasTried), resumes);
  if (lost === undefined) return [];
  return [
    {
      code: 'family-differs',
      weight: 'problem',
      addresses: indexesOf(lost),
      protocol: null,
      evidence: { family: familyOf(lost[0]), what: 'resumption' },
    },
  ];
};

type Members = readonly [ProbedAddress, ...ProbedAddress[]];

const worseFamily = (fleet: Fleet, isFine: (address: ProbedAddress) => boolean): Members | undefined => {
  const families = [...groupedBy(fleet, familyOf).values()];
  const isOtherFine = families.some((members) => members.every(isFine));
  return isOtherFine ? families.find((members) => !members.some(isFine)) : undefined;
};

const isReachable = ({ report }: ProbedAddress): boolean => report.unreachable === null;

const resumes = ({ report }: ProbedAddress): boolean =>
  report.protocols.some((entry) => entry.state === 'negotiated' && entry.resumption.some(({ honoured }) => honoured > 0));

/** False where the probe was interrupted before any handshake. */
const wasTried = ({ report }: ProbedAddress): boolean => report.unreachable !== null || report.protocols.length > 0;

const unreachableFamily = (members: Members): ProbeFinding => {
  const reason = members[0].report.unreachable ?? '';
  return {
    code: 'family-differs',
    weight: isNoRoute(reason) ? 'information' : 'problem',
    addresses: indexesOf(members),
    protocol: null,
    evidence: { family: familyOf(members[0]), what: 'reachable', reason },
  };
};

/** Tells whether this machine knew no way to the address: then its own network may lack the family. */
const isNoRoute = (reason: string): boolean => /^(?:unreachable|local|ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)\b/u.test(reason);
