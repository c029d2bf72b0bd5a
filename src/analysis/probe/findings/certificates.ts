import type { FindingWeight, ProbeFinding } from '../../../domain/probe-finding.ts';
import type { ProtocolReport, StapleReport } from '../../../domain/probe-record.ts';
import { indexesOf, negotiatedBy, type Fleet, type Negotiated } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';

/** Certificates that are rejected or expire, and staples that are wrong or missing, as of the time of the probe. */
export const certificateFindings = (fleet: Fleet, nowUnixMs: number): ProbeFinding[] => {
  const entries = negotiatedBy(fleet);
  return [...rejected(entries), ...expiring(entries, nowUnixMs), ...staples(entries)];
};

const rejected = (entries: readonly Negotiated[]): ProbeFinding[] => {
  const refused = entries.filter(({ report: { verification } }) => verification !== null && verification !== 'ok');
  const keyOf = ({ report }: Negotiated): string => `${report.verification ?? ''} ${report.chain[0]?.sha256 ?? ''}`;
  return [...groupedBy(refused, keyOf).values()].map((members) => {
    const { verification, chain } = members[0].report;
    return {
      code: 'certificate-rejected',
      weight: 'problem',
      addresses: indexesOf(members),
      protocol: null,
      evidence: { subject: chain[0]?.subject ?? '', reason: verification ?? '' },
    };
  });
};

type Certificate = ProtocolReport['chain'][number];

/** A certificate in a chain that was sent. */
interface Sent extends Negotiated {
  readonly certificate: Certificate;
  readonly isLeaf: boolean;
}

const expiring = (entries: readonly Negotiated[], nowUnixMs: number): ProbeFinding[] => {
  const sent = entries.flatMap((entry) =>
    entry.report.chain.map((certificate, depth): Sent => ({ ...entry, certificate, isLeaf: depth === 0 })),
  );
  const soon = sent.filter(({ certificate }) => isSoon(certificate, nowUnixMs));
  return [...groupedBy(soon, ({ certificate }) => certificate.sha256).values()].map((members) => {
    const { certificate, isLeaf } = members[0];
    const { subject, serial, notAfterUnixMs } = certificate;
    const hasExpired = notAfterUnixMs <= nowUnixMs;
    return {
      code: 'certificate-expires',
      // Clients may find another way than by an intermediate that has expired.
      weight: hasExpired && isLeaf ? 'problem' : 'warning',
      addresses: indexesOf(members),
      protocol: null,
      evidence: { subject, serial, notAfterUnixMs, days: Math.floor((notAfterUnixMs - nowUnixMs) / DAY_MS) },
    };
  });
};

const DAY_MS = 24 * 3600 * 1000;

/** Days in which a person can still renew it. */
const SOON_DAYS = 14;

/** A certificate of few days is renewed with a third of its life left, and is no reason to worry before. */
const isSoon = ({ notBeforeUnixMs, notAfterUnixMs }: Certificate, nowUnixMs: number): boolean =>
  notAfterUnixMs - nowUnixMs < Math.min(SOON_DAYS * DAY_MS, (notAfterUnixMs - notBeforeUnixMs) / 3);

const staples = (entries: readonly Negotiated[]): ProbeFinding[] => {
  const good = indexesOf(entries.filter(({ report }) => report.staple.status === 'good'));
  const wrong = entries.filter(({ report }) => report.staple.status !== 'good');
  const keyOf = (entry: Negotiated): string =>
    [
      entry.report.staple.status,
      entry.report.staple.required,
      weightOf(entry.report.staple, good.length),
      protocolOf(entry, entries),
    ].join(' ');
  return [...groupedBy(wrong, keyOf).values()].map((members) => {
    const { staple } = members[0].report;
    return {
      code: 'staple',
      weight: weightOf(staple, good.length),
      addresses: indexesOf(members),
      protocol: protocolOf(members[0], entries),
      evidence: {
        status: staple.status,
        others: good.length,
        ...(staple.required ? { required: true } : {}),
        ...(staple.nextUpdateUnixMs === null ? {} : { nextUpdateUnixMs: staple.nextUpdateUnixMs }),
      },
    };
  });
};

/** A missing staple is nothing wrong in itself: an authority may have no responder. */
const weightOf = ({ status, required }: StapleReport, others: number): FindingWeight => {
  if (required || !UNPROVEN.includes(status)) return 'problem';
  return status === 'missing' && others === 0 ? 'information' : 'warning';
};

/** Clients go on with these unless the certificate demands a staple. */
const UNPROVEN: readonly StapleReport['status'][] = ['missing', 'unknown', 'unreadable'];

/** The protocol where the address staples differently in another one. */
const protocolOf = ({ index, protocol, report }: Negotiated, entries: readonly Negotiated[]): Negotiated['protocol'] | null =>
  entries.every((other) => other.index !== index || other.report.staple.status === report.staple.status) ? null : protocol;
