import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import type { CrossNames, NameReport } from '../../../domain/probe-record.ts';
import { groupedBy } from '../grouped-by.ts';

type Offer = CrossNames['offers'][number];

/**
 * Grades sessions that resume under another name than that which they were made under. On one listener that is how servers mean it to be,
 * and information. It is a fault where the two have different certificates, since the client takes one server for the other; where one of
 * them asks for a client certificate, which the session then takes the place of (CVE-2025-23419, CVE-2025-23048); and where a session of
 * another port resumes.
 */
export const acrossNamesFindings = ({ offers, names }: CrossNames): ProbeFinding[] => {
  const resumed = offers.filter((offer) => offer.honoured > 0 && !isOwn(offer));
  const graded = resumed.map((offer) => ({ ...offer, grade: gradeOf(offer, names) }));
  const atAddress = groupedBy(graded, ({ grade, protocol, from, to }) => [grade, protocol, to.address, from.address].join(' '));
  // Addresses across which the same names resume are in one finding.
  const alike = groupedBy([...atAddress.values()], (members) => {
    const [{ grade, protocol, from, to }] = members;
    const pairs = members.map((each) => [each.from.name, each.to.name]);
    return JSON.stringify([grade, protocol, pairs, ...(grade === 'ports' ? [from.address, to.address] : [])]);
  });
  return [...alike.values()].map((groups) =>
    findingOf(
      groups.map(([first]) => first.to.address),
      groups[0],
    ),
  );
};

type Grade = 'ports' | 'client-authentication' | 'certificates' | 'names';

interface Graded extends Offer {
  readonly grade: Grade;
}

const isOwn = ({ from, to }: Offer): boolean => from.address === to.address && from.name === to.name;

/** The gravest first. */
const gradeOf = (offer: Offer, names: readonly NameReport[]): Grade => {
  const [from, to] = [shownAt(offer.from, offer, names), shownAt(offer.to, offer, names)];
  if (from?.asksForCertificate === true || to?.asksForCertificate === true) {
    if (offer.from.name !== offer.to.name) return 'client-authentication';
  }
  if (offer.from.address !== offer.to.address) return 'ports';
  return from?.certificateSha256 === to?.certificateSha256 ? 'names' : 'certificates';
};

const shownAt = (place: Offer['from'], { protocol }: Offer, names: readonly NameReport[]): NameReport | undefined =>
  names.find((each) => each.address === place.address && each.name === place.name && each.protocol === protocol);

const findingOf = (addresses: number[], [first, ...others]: readonly [Graded, ...Graded[]]): ProbeFinding => {
  const { grade, protocol } = first;
  const pairs = [first, ...others].map(({ from, to }) => ({ from: from.name, to: to.name }));
  const subject = { addresses, protocol, weight: 'problem' } as const;
  switch (grade) {
    case 'ports':
      return { ...subject, code: 'resumes-across-ports', evidence: { reference: first.from.address, pairs } };
    case 'client-authentication':
      return { ...subject, code: 'resumes-across-client-authentication', evidence: { pairs } };
    case 'certificates':
      return { ...subject, code: 'resumes-across-certificates', evidence: { pairs } };
    case 'names':
      return { ...subject, weight: 'information', code: 'resumes-across-names', evidence: { pairs } };
  }
};
