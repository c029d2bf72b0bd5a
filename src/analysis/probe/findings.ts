import { FINDING_CODES, FINDING_WEIGHTS, type ProbeFinding } from '../../domain/probe-finding.ts';
import { acrossNamesFindings } from './findings/across-names.ts';
import { certificateFindings } from './findings/certificates.ts';
import { familyFindings } from './findings/families.ts';
import { ownSessionFindings } from './findings/own-sessions.ts';
import { overTimeFindings } from './findings/over-time.ts';
import { parameterFindings } from './findings/parameters.ts';
import { predictionFindings } from './findings/prediction.ts';
import { reachabilityFindings } from './findings/reachability.ts';
import { sharingFindings } from './findings/sharing.ts';
import { weakKeyFindings } from './findings/weak-keys.ts';
import { fleetsOf, type Fleet, type Probed } from './fleet.ts';

/**
 * Finds the causes for which sessions are lost, or soon will be, each with its evidence; the most
 * important first. Addresses are compared only with those that serve the same name.
 */
export const findingsOf = (probed: Probed): ProbeFinding[] => {
  const found = [
    ...fleetsOf(probed).flatMap((fleet) => fleetFindings(fleet, probed)),
    ...(probed.map === null ? [] : predictionFindings(probed.map)),
    ...(probed.watch === null ? [] : overTimeFindings(probed.watch)),
    ...(probed.crossNames === null ? [] : acrossNamesFindings(probed.crossNames)),
  ];
  return found.toSorted(byImportance).map((finding) => ofAll(finding, probed));
};

const fleetFindings = (fleet: Fleet, probed: Probed): ProbeFinding[] => {
  const { map, startedUnixMs } = probed;
  const families = familyFindings(fleet);
  return [
    ...families,
    ...withoutExplained(reachabilityFindings(fleet), families),
    ...weakKeyFindings(fleet),
    ...ownSessionFindings(fleet, probed),
    ...(map === null ? [] : sharingFindings(fleet, map)),
    ...parameterFindings(fleet),
    ...certificateFindings(fleet, startedUnixMs),
  ];
};

/** Leaves out addresses whose being unreachable is that of their whole family. */
const withoutExplained = (findings: readonly ProbeFinding[], families: readonly ProbeFinding[]): ProbeFinding[] => {
  const explained = families.flatMap(({ addresses }) => addresses);
  return findings.flatMap((finding): ProbeFinding[] => {
    if (finding.code !== 'unreachable') return [finding];
    const addresses = finding.addresses.filter((address) => !explained.includes(address));
    return addresses.length > 0 ? [{ ...finding, addresses }] : [];
  });
};

/** By weight, then by the order in which causes explain others, then by the number of addresses. */
const byImportance = (a: ProbeFinding, b: ProbeFinding): number =>
  FINDING_WEIGHTS.indexOf(a.weight) - FINDING_WEIGHTS.indexOf(b.weight) ||
  FINDING_CODES.indexOf(a.code) - FINDING_CODES.indexOf(b.code) ||
  b.addresses.length - a.addresses.length;

/** The list of all addresses is left empty. */
const ofAll = (finding: ProbeFinding, { addresses }: Probed): ProbeFinding =>
  addresses.length > 1 && finding.addresses.length === addresses.length ? { ...finding, addresses: [] } : finding;
