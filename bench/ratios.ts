import type { Case } from './case.ts';
import type { Result } from './handshakes.ts';
import { markdownTable } from './markdown.ts';

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
      const costOf = (name: string): number | undefined => ofCase?.find(({ contender }) => contender.name === name)?.clientNs;
      const [mine, theirs] = [costOf(of), costOf(to)];
      if (what === undefined || mine === undefined || theirs === undefined) return [];
      return [[what.label, of, to, `${(mine / theirs).toFixed(2)}${mine / theirs > most ? ' (missed)' : ''}`, String(most)]];
    }),
  );
