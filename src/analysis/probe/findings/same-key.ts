import type { FindingOf } from '../../../domain/probe-finding.ts';
import type { ProtocolReport } from '../../../domain/probe-record.ts';
import type { Protocol } from '../../../domain/protocol.ts';
import { sumOf } from '../../../stats/descriptive.ts';
import { negotiatedBy, type Fleet } from '../fleet.ts';
import type { TriedPair } from '../pair-evidence.ts';

/** Two groups with the same key by its name that do not resume each other's sessions. */
export interface SameKeyApart {
  readonly fleet: Fleet;
  readonly protocol: Protocol;
  readonly group: readonly number[];
  /** The larger one. */
  readonly reference: readonly number[];
  readonly pairs: readonly TriedPair[];
}

type SameKeyFinding =
  FindingOf<'same-key-other-certificate'> | FindingOf<'same-key-other-authorities'> | FindingOf<'same-key-declined'>;

/**
 * Names the reason why the same key does not help, by what servers bind a session to: their
 * certificates, then the list of authorities for client certificates; none was seen where neither
 * differs.
 */
export const sameKeyFinding = (apart: SameKeyApart): SameKeyFinding => {
  const { group, protocol } = apart;
  const subject = { weight: 'problem' as const, addresses: [...group], protocol };
  const [own, other] = [reportOf(apart, group), reportOf(apart, apart.reference)];
  const reference = apart.reference[0] ?? 0;
  const certificate = own && other && certificateDifference(own, other);
  if (certificate !== undefined) {
    return { ...subject, code: 'same-key-other-certificate', evidence: { reference, ...certificate } };
  }
  const authorities = own && other && authoritiesDifference(own, other);
  if (authorities !== undefined) {
    return { ...subject, code: 'same-key-other-authorities', evidence: { reference, ...authorities } };
  }
  return { ...subject, code: 'same-key-declined', evidence: { reference, tries: triesAcross(apart) } };
};

const reportOf = ({ fleet, protocol }: SameKeyApart, group: readonly number[]): ProtocolReport | undefined =>
  negotiatedBy(fleet).find((entry) => entry.protocol === protocol && entry.index === group[0])?.report;

type CertificateDifference = Omit<FindingOf<'same-key-other-certificate'>['evidence'], 'reference'>;

/** The first certificate of the chains that differs; one that is missing has no serial. */
const certificateDifference = (
  { chain }: ProtocolReport,
  { chain: otherChain }: ProtocolReport,
): CertificateDifference | undefined => {
  const depths = Math.max(chain.length, otherChain.length);
  const depth = Array.from({ length: depths }, (_, i) => i).find((i) => chain[i]?.sha256 !== otherChain[i]?.sha256);
  if (depth === undefined) return undefined;
  const [own, other] = [chain[depth], otherChain[depth]];
  return {
    chain: depth === 0 ? 'leaf' : 'intermediates',
    serial: own?.serial ?? '',
    otherSerial: other?.serial ?? '',
    issuer: own?.issuer ?? '',
    otherIssuer: other?.issuer ?? '',
  };
};

type AuthoritiesDifference = Omit<FindingOf<'same-key-other-authorities'>['evidence'], 'reference'>;

/** A server that asks for no client certificate differs from one that does. */
const authoritiesDifference = (own: ProtocolReport, other: ProtocolReport): AuthoritiesDifference | undefined => {
  const [ownList, otherList] = [own.clientCertificate ?? NOT_ASKED, other.clientCertificate ?? NOT_ASKED];
  if (ownList.authoritiesHash === otherList.authoritiesHash) return undefined;
  return {
    authorities: ownList.authorities,
    otherAuthorities: otherList.authorities,
    hash: ownList.authoritiesHash,
    otherHash: otherList.authoritiesHash,
  };
};

const NOT_ASKED = { authorities: 0, authoritiesHash: '' };

const triesAcross = ({ group, reference, pairs }: SameKeyApart): number =>
  sumOf(
    pairs.filter(
      ({ from, to }) => (group.includes(from) && reference.includes(to)) || (reference.includes(from) && group.includes(to)),
    ),
    ({ tries }) => tries,
  );
