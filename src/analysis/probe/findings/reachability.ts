import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import { PROTOCOLS, type Protocol } from '../../../domain/protocol.ts';
import { indexesOf, negotiatedBy, type Fleet, type ProbedAddress } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';

/** Addresses that do not answer, or not in a protocol that others of the fleet speak. */
export const reachabilityFindings = (fleet: Fleet): ProbeFinding[] => [
  ...unreachable(fleet),
  ...withoutHandshake(fleet),
  ...PROTOCOLS.flatMap((protocol) => missingProtocol(fleet, protocol)),
];

const isUnreachable = ({ report }: ProbedAddress): boolean => report.unreachable !== null;

const unreachable = (addresses: readonly ProbedAddress[]): ProbeFinding[] =>
  [...groupedBy(addresses, ({ report }) => report.unreachable)].flatMap(([reason, members]): ProbeFinding[] =>
    reason === null
      ? []
      : [{ code: 'unreachable', weight: 'problem', addresses: indexesOf(members), protocol: null, evidence: { reason } }],
  );

const withoutHandshake = (fleet: Fleet): ProbeFinding[] => {
  const silent = fleet.filter((address) => !isUnreachable(address) && !hasHandshake(address));
  const byFailure = groupedBy(silent, ({ report }) => PROTOCOLS.flatMap((protocol) => failureIn(report, protocol) ?? []).at(-1));
  return [...byFailure].flatMap(([failure, members]): ProbeFinding[] =>
    failure === undefined ? [] : [noHandshake(failure, indexesOf(members))],
  );
};

const noHandshake = (failure: string, addresses: number[]): ProbeFinding => {
  const subject = { weight: 'problem', addresses, protocol: null } as const;
  if (failure === 'starttls:injected') return { ...subject, code: 'starttls-injection', evidence: {} };
  return { ...subject, code: failure.startsWith('starttls:') ? 'starttls-failed' : 'no-handshake', evidence: { failure } };
};

const missingProtocol = (fleet: Fleet, protocol: Protocol): ProbeFinding[] => {
  const answering = fleet.filter(hasHandshake);
  if (!negotiatedBy(answering).some((entry) => entry.protocol === protocol)) return [];
  const byFailure = groupedBy(answering, ({ report }) => failureIn(report, protocol));
  return [...byFailure].flatMap(([failure, members]): ProbeFinding[] =>
    failure === undefined
      ? []
      : [{ code: 'protocol-missing', weight: 'problem', addresses: indexesOf(members), protocol, evidence: { failure } }],
  );
};

const hasHandshake = ({ report }: ProbedAddress): boolean => report.protocols.some(({ state }) => state === 'negotiated');

const failureIn = ({ protocols }: ProbedAddress['report'], protocol: Protocol): string | undefined => {
  const entry = protocols.find((other) => other.protocol === protocol);
  return entry?.state === 'failed' ? entry.failure : undefined;
};
