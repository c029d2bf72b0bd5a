import type { Evidence, FindingWeight, ProbeFinding } from '../../../domain/probe-finding.ts';
import { PROTOCOLS } from '../../../domain/protocol.ts';
import type { ProtocolReport } from '../../../domain/probe-record.ts';
import { indexesOf, negotiatedBy, type Fleet, type Negotiated } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';

/** Parameters that differ between the addresses of a fleet, and those that are weak. */
export const parameterFindings = (fleet: Fleet): ProbeFinding[] => {
  const entries = negotiatedBy(fleet);
  return [
    ...PROTOCOLS.flatMap((protocol) => differing(entries.filter((entry) => entry.protocol === protocol))),
    ...withoutForwardSecrecy(entries),
    ...withoutExtendedMasterSecret(entries),
    ...legacyProtocols(fleet),
  ];
};

type ParameterName = Evidence<'parameters-differ'>['parameter'];

interface Parameter {
  readonly weight: FindingWeight;
  readonly valueOf: (report: ProtocolReport) => string;
}

const PARAMETERS: Readonly<Record<ParameterName, Parameter>> = {
  // A session with it that meets a server without it is broken off, not declined (RFC 7627, section 5.3).
  'extended-master-secret': { weight: 'problem', valueOf: ({ extendedMasterSecret }) => (extendedMasterSecret ? 'yes' : 'no') },
  // A PSK is bound to its hash, and a TLS 1.2 session to its suite.
  cipher: { weight: 'warning', valueOf: ({ cipher }) => cipher },
  group: { weight: 'information', valueOf: ({ group }) => group },
  alpn: { weight: 'information', valueOf: ({ alpn }) => alpn },
};

/** What most addresses have is the reference; each other value is a finding. */
const differing = (entries: readonly Negotiated[]): ProbeFinding[] =>
  Object.entries(PARAMETERS).flatMap(([name, { weight, valueOf }]) => {
    const byValue = [...groupedBy(entries, ({ report }) => valueOf(report))].toSorted(([, a], [, b]) => b.length - a.length);
    const [common, ...others] = byValue;
    if (common === undefined) return [];
    const [other, [reference]] = common;
    return others.map(([value, members]) => ({
      code: 'parameters-differ' as const,
      weight,
      addresses: indexesOf(members),
      protocol: reference.protocol,
      evidence: { reference: reference.index, parameter: name as ParameterName, value, other },
    }));
  });

const withoutForwardSecrecy = (entries: readonly Negotiated[]): ProbeFinding[] => {
  const weak = entries.filter(({ report }) => !report.forwardSecrecy);
  return [...groupedBy(weak, ({ protocol, report }) => `${protocol} ${report.cipher}`).values()].map((members) => ({
    code: 'no-forward-secrecy',
    weight: 'warning',
    addresses: indexesOf(members),
    protocol: members[0].protocol,
    evidence: { cipher: members[0].report.cipher },
  }));
};

/** In TLS 1.3 every secret is bound to its handshake. */
const withoutExtendedMasterSecret = (entries: readonly Negotiated[]): ProbeFinding[] => {
  const without = entries.filter(({ protocol, report }) => protocol === 'TLSv1.2' && !report.extendedMasterSecret);
  return without.length === 0
    ? []
    : [
        {
          code: 'no-extended-master-secret',
          weight: 'warning',
          addresses: indexesOf(without),
          protocol: 'TLSv1.2',
          evidence: {},
        },
      ];
};

const LEGACY = ['TLSv1.0', 'TLSv1.1'] as const;

const legacyProtocols = (fleet: Fleet): ProbeFinding[] =>
  LEGACY.flatMap((version): ProbeFinding[] => {
    const accepting = fleet.filter(({ report }) => report.legacy?.[version] === 'accepted');
    if (accepting.length === 0) return [];
    return [
      { code: 'legacy-protocol', weight: 'warning', addresses: indexesOf(accepting), protocol: null, evidence: { version } },
    ];
  });
