import { isAnswer } from '../../../domain/failure.ts';
import type { FindingOf, FindingWeight, ProbeFinding } from '../../../domain/probe-finding.ts';
import type { ResumptionReport } from '../../../domain/probe-record.ts';
import { sumOf } from '../../../stats/descriptive.ts';
import { excludes } from '../excludes.ts';
import { indexesOf, negotiatedBy, type Fleet, type Negotiated, type Probed } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';
import { isAlternating, isRotated, shareOfSameKey } from '../key-order.ts';

/** Faults in resuming an address's own sessions there; addresses with the same fault are in one finding. */
export const ownSessionFindings = (fleet: Fleet, { interrupted }: Pick<Probed, 'interrupted'>): ProbeFinding[] => {
  const entries = negotiatedBy(fleet);
  const offers = entries.flatMap((entry) => entry.report.resumption.map((resumption) => ({ ...entry, resumption })));
  // Session IDs are looked for last: an interrupted probe may not have come to them.
  const lacks = nothingGiven(entries).filter(({ code }) => code !== 'no-resumption' || !interrupted);
  return [...lacks, ...declined(offers), ...harmlesslyRotated(entries, offers), ...singleUse(offers)];
};

/** Attempts of one mechanism at one address. */
interface Offered extends Negotiated {
  readonly resumption: ResumptionReport;
}

const nothingGiven = (entries: readonly Negotiated[]): ProbeFinding[] =>
  [
    ...groupedBy(
      entries.filter(({ report }) => report.tickets.count === 0),
      lackOf,
    ).values(),
  ].map((members) => ({
    ...lack(members[0]),
    addresses: indexesOf(members),
    protocol: members[0].protocol,
    evidence: {},
  }));

const lackOf = (entry: Negotiated): string => `${entry.protocol} ${Object.values(lack(entry)).join(' ')}`;

/** Without a ticket TLS 1.3 resumes nothing; TLS 1.2 has its session IDs. */
const lack = ({ protocol, report }: Negotiated): Pick<FindingOf<'no-ticket' | 'no-resumption'>, 'code' | 'weight'> => {
  if (protocol === 'TLSv1.3') return { code: 'no-ticket', weight: 'problem' };
  const hasSessionIds = report.sessionIdBytes > 0 || report.resumption.some(({ tries }) => tries > 0);
  return hasSessionIds ? { code: 'no-ticket', weight: 'information' } : { code: 'no-resumption', weight: 'problem' };
};

type Fault = 'never' | 'balancer' | 'rotated' | 'some';

const declined = (offers: readonly Offered[]): ProbeFinding[] =>
  [...groupedBy(offers, keyOfFault)].flatMap(([key, members]) => (key === undefined ? [] : [declinedFinding(members)]));

/** Key by which faults are the same, `undefined` where there is none. */
const keyOfFault = (offer: Offered): string | undefined => {
  const fault = faultOf(offer);
  const weight = fault === 'never' ? weightOfNever(offer) : 'problem';
  return fault && [offer.protocol, offer.resumption.mechanism, fault, weight].join(' ');
};

const faultOf = (offer: Offered): Fault | undefined => {
  const { tries, honoured } = offer.resumption;
  if (honoured === 0) {
    if (tries === 0 && brokenOff(offer) === 0) return undefined;
    return isAlternating(offer.report.tickets) ? 'balancer' : 'never';
  }
  if (honoured === tries) return undefined;
  if (isByTicket(offer) && isRotated(offer.report.tickets)) return 'rotated';
  return isAsBalanced(offer) ? 'balancer' : 'some';
};

/** Attempts that the server ended because of the session: it takes none either. */
const brokenOff = ({ resumption: { failed } }: Offered): number =>
  sumOf(
    Object.entries(failed).filter(([failure]) => isAnswer(failure)),
    ([, times]) => times,
  );

const isByTicket = ({ resumption: { mechanism } }: Offered): boolean => mechanism !== 'session-id';

/** Several keys take turns, and no more is honoured than the turns allow: a few bad tickets leave more. */
const isAsBalanced = ({ resumption: { low }, report: { tickets } }: Offered): boolean =>
  isAlternating(tickets) && (low ?? 0) <= shareOfSameKey(tickets);

const declinedFinding = (members: readonly [Offered, ...Offered[]]): ProbeFinding => {
  const [first] = members;
  const { mechanism } = first.resumption;
  const subject = { addresses: indexesOf(members), protocol: first.protocol, weight: 'problem' } as const;
  const tries = sumOf(members, ({ resumption }) => resumption.tries);
  const tried = { tries, honoured: sumOf(members, ({ resumption }) => resumption.honoured), names: namesOf(members) };
  switch (faultOf(first)) {
    case 'balancer':
      return { ...subject, code: 'behind-a-balancer', evidence: { mechanism, ...tried } };
    case 'rotated':
      return { ...subject, code: 'key-rotated', evidence: tried };
    case 'some':
      return { ...subject, code: 'some-tickets-declined', evidence: { mechanism, ...tried } };
    case 'never':
    case undefined:
      return {
        ...subject,
        code: isByTicket(first) ? 'tickets-never-honoured' : 'session-ids-never-honoured',
        weight: weightOfNever(first),
        evidence: { mechanism, tries, failed: sumOf(members, brokenOff), excludes: excludes(tries) },
      };
  }
};

/** A session ID that is not honoured costs nothing where clients resume by ticket. */
const weightOfNever = (offer: Offered): FindingWeight =>
  !isByTicket(offer) && offer.report.resumption.some(({ honoured }) => honoured > 0) ? 'information' : 'problem';

const namesOf = (members: readonly Negotiated[]): number =>
  new Set(members.flatMap(({ report }) => report.tickets.keyNames)).size;

/** A key that was replaced while its tickets went on to resume, as nginx does it by itself. */
const harmlesslyRotated = (entries: readonly Negotiated[], offers: readonly Offered[]): ProbeFinding[] => {
  const blamed = new Set(offers.filter((offer) => isByTicket(offer) && faultOf(offer) !== undefined).map(({ report }) => report));
  const rotated = entries.filter(({ report }) => isRotated(report.tickets) && !blamed.has(report));
  return [...groupedBy(rotated, ({ protocol }) => protocol)].map(([protocol, members]) => {
    const byTicket = offers.filter((offer) => isByTicket(offer) && members.some(({ report }) => report === offer.report));
    return {
      code: 'key-rotated',
      weight: 'information',
      addresses: indexesOf(members),
      protocol,
      evidence: {
        names: namesOf(members),
        tries: sumOf(byTicket, ({ resumption }) => resumption.tries),
        honoured: sumOf(byTicket, ({ resumption }) => resumption.honoured),
      },
    };
  });
};

/** Only where every first use was honoured: else the second was declined for the reason of the others. */
const singleUse = (offers: readonly Offered[]): ProbeFinding[] => {
  const single = offers.filter(({ resumption: { reused, tries, honoured } }) => reused === 'declined' && honoured === tries);
  return [...groupedBy(single, ({ protocol, resumption }) => `${protocol} ${resumption.mechanism}`).values()].map((members) => ({
    code: 'single-use',
    weight: 'information',
    addresses: indexesOf(members),
    protocol: members[0].protocol,
    evidence: { mechanism: members[0].resumption.mechanism },
  }));
};
