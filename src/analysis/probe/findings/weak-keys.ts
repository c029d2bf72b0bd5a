import type { ProbeFinding } from '../../../domain/probe-finding.ts';
import { indexesOf, negotiatedBy, type Fleet } from '../fleet.ts';
import { groupedBy } from '../grouped-by.ts';

/** Addresses whose ticket key anybody can guess; proven by a ticket that it opened. */
export const weakKeyFindings = (fleet: Fleet): ProbeFinding[] => {
  const opened = negotiatedBy(fleet).flatMap(({ index, protocol, report }) =>
    report.weakKey?.found == null ? [] : [{ index, protocol, ...report.weakKey.found }],
  );
  return [...groupedBy(opened, ({ protocol, pattern, cipher }) => `${protocol} ${pattern} ${cipher}`).values()].map((members) => {
    const [{ protocol, pattern, cipher }] = members;
    return { code: 'weak-ticket-key', weight: 'problem', addresses: indexesOf(members), protocol, evidence: { pattern, cipher } };
  });
};
