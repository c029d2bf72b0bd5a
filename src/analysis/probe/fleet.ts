import type { Protocol } from '../../domain/protocol.ts';
import type { AddressReport, ProbeRecord, ProtocolReport } from '../../domain/probe-record.ts';
import { groupedBy } from './grouped-by.ts';

/** A record before anything was found in it. */
export type Probed = Omit<ProbeRecord, 'findings' | 'expectations'>;

/** An address with its index in the record. */
export interface ProbedAddress {
  readonly index: number;
  readonly report: AddressReport;
}

/** Addresses that serve the same name, so that a session of one may be offered to any other. */
export type Fleet = readonly ProbedAddress[];

/** Gathers the addresses of a probe by the server name that was asked for there. */
export const fleetsOf = ({ addresses, targets }: Probed): Fleet[] => [
  ...groupedBy(
    addresses.map((report, index) => ({ index, report })),
    ({ report }) => targets[report.target]?.serverName ?? null,
  ).values(),
];

/** What an address negotiates in a protocol. */
export interface Negotiated {
  readonly index: number;
  readonly protocol: Protocol;
  readonly report: ProtocolReport;
}

/** Lists what the addresses negotiate, an entry for each address and protocol. */
export const negotiatedBy = (fleet: Fleet): Negotiated[] =>
  fleet.flatMap(({ index, report }) =>
    report.protocols.flatMap((entry) =>
      entry.state === 'negotiated' ? [{ index, protocol: entry.protocol, report: entry }] : [],
    ),
  );

export const indexesOf = (entries: readonly { readonly index: number }[]): number[] => [
  ...new Set(entries.map(({ index }) => index)),
];

/** IPv6 addresses are the ones with colons. */
export const familyOf = ({ report }: ProbedAddress): 'IPv4' | 'IPv6' => (report.address.includes(':') ? 'IPv6' : 'IPv4');
