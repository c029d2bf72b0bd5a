import type { Case } from './case.ts';
import { judged, markdownTable } from './markdown.ts';
import { median } from './median.ts';
import type { Result } from './result.ts';

/** The most that an engine's client CPU per handshake may be of another client's, in one run of the bench. */
interface Limit {
  readonly of: string;
  readonly to: string;
  readonly caseId: Case['id'];
  readonly most: number;
}

const LIMITS: readonly Limit[] = [
  { of: 'openssl', to: 's_time', caseId: 'tls1.2-full', most: 0.6 },
  { of: 'openssl', to: 's_time', caseId: 'tls1.2-ticket', most: 0.7 },
  { of: 'openssl', to: 'node', caseId: 'tls1.2-full', most: 0.75 },
  { of: 'openssl', to: 'node', caseId: 'tls1.3-full', most: 0.75 },
  { of: 'openssl', to: 'node', caseId: 'tls1.2-ticket', most: 0.35 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-full', most: 0.65 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-session-id', most: 0.55 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-ticket', most: 0.55 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.3-full', most: 0.65 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.3-ticket', most: 0.65 },
  { of: 'wire', to: 's_time', caseId: 'tls1.2-full', most: 0.35 },
  { of: 'wire', to: 's_time', caseId: 'tls1.2-ticket', most: 0.35 },
];

/** Every limit whose two clients were measured. */
export const ratioTable = (results: ReadonlyMap<Case, readonly Result[]>): string =>
  markdownTable(
    ['case', 'client CPU of', 'to that of', 'ratio', 'at most'],
    LIMITS.flatMap(({ of, to, caseId, most }) => {
      const [what, ofCase] = [...results].find(([{ id }]) => id === caseId) ?? [];
      const ratio = ratioOf(ofCase ?? [], of, to);
      if (what === undefined || ratio === undefined) return [];
      return [[what.label, of, to, judged(ratio, ratio <= most), String(most)]];
    }),
  );

/** The median of what a client's CPU time was of another's in each turn; `undefined` when one of the two was not measured. */
export const ratioOf = (results: readonly Result[], of: string, to: string): number | undefined => {
  const [mine, theirs] = [of, to].map((name) => results.find(({ contender }) => contender.name === name)?.clientNsByTurn);
  return mine === undefined || theirs === undefined
    ? undefined
    : median(mine.map((ns, turn) => ns / (theirs[turn] ?? Number.NaN)));
};
