import type { Case } from './case.ts';
import type { Cost, Result } from './handshakes.ts';
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

/** Every limit whose two clients were measured, in both states of the cores: neither is chosen after the fact. */
export const ratioTable = (results: ReadonlyMap<Case, readonly Result[]>): string =>
  markdownTable(
    ['case', 'client CPU of', 'to that of', 'cores may halt', 'cores kept awake', 'at most'],
    LIMITS.flatMap(({ of, to, caseId, most }) => {
      const [what, ofCase] = [...results].find(([{ id }]) => id === caseId) ?? [];
      const resultOf = (name: string): Result | undefined => ofCase?.find(({ contender }) => contender.name === name);
      const [mine, theirs] = [resultOf(of), resultOf(to)];
      if (what === undefined || mine === undefined || theirs === undefined) return [];
      return [[what.label, of, to, ratioText(mine, theirs, most), ratioText(mine.awake, theirs.awake, most), String(most)]];
    }),
  );

/** Empty when one of the two was not measured. */
const ratioText = (mine: Cost | undefined, theirs: Cost | undefined, most: number): string => {
  if (mine === undefined || theirs === undefined) return '';
  const ratio = mine.clientNs / theirs.clientNs;
  return `${ratio.toFixed(2)}${ratio > most ? ' (missed)' : ''}`;
};
