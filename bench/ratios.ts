import type { Case } from './case.ts';
import type { Result } from './handshakes.ts';
import { markdownTable } from './markdown.ts';

/** The most that an engine's client CPU per handshake may be of another client's, in one run of the bench. */
interface Limit {
  readonly of: string;
  readonly to: string;
  readonly caseId: Case['id'];
  readonly most: number;
  /**
   * Whether it is meant for cores that are kept awake, where that can be had. Two engines on one loop differ by their own work only there:
   * with cores that halt, the one that is quicker than the server is charged for being woken, and the other is not. A tool is held against
   * an engine as users run both.
   */
  readonly isOfAwake?: true;
}

const LIMITS: readonly Limit[] = [
  { of: 'openssl', to: 's_time', caseId: 'tls1.2-full', most: 0.6 },
  { of: 'openssl', to: 's_time', caseId: 'tls1.2-ticket', most: 0.7 },
  { of: 'openssl', to: 'node', caseId: 'tls1.2-full', most: 0.75 },
  { of: 'openssl', to: 'node', caseId: 'tls1.3-full', most: 0.75 },
  { of: 'openssl', to: 'node', caseId: 'tls1.2-ticket', most: 0.35 },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-full', most: 0.65, isOfAwake: true },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-session-id', most: 0.55, isOfAwake: true },
  { of: 'wire', to: 'openssl', caseId: 'tls1.2-ticket', most: 0.55, isOfAwake: true },
  { of: 'wire', to: 'openssl', caseId: 'tls1.3-full', most: 0.65, isOfAwake: true },
  { of: 'wire', to: 'openssl', caseId: 'tls1.3-ticket', most: 0.65, isOfAwake: true },
  { of: 'wire', to: 's_time', caseId: 'tls1.2-full', most: 0.35 },
  { of: 'wire', to: 's_time', caseId: 'tls1.2-ticket', most: 0.35 },
];

/** Every limit whose two clients were measured. */
export const ratioTable = (results: ReadonlyMap<Case, readonly Result[]>): string =>
  markdownTable(
    ['case', 'client CPU of', 'to that of', 'cores may halt', 'cores kept awake', 'at most'],
    LIMITS.flatMap(({ of, to, caseId, most, isOfAwake = false }) => {
      const [what, ofCase] = [...results].find(([{ id }]) => id === caseId) ?? [];
      const resultOf = (name: string): Result | undefined => ofCase?.find(({ contender }) => contender.name === name);
      const [mine, theirs] = [resultOf(of), resultOf(to)];
      if (what === undefined || mine === undefined || theirs === undefined) return [];
      const halting = mine.clientNs / theirs.clientNs;
      const awake =
        mine.awake === undefined || theirs.awake === undefined ? undefined : mine.awake.clientNs / theirs.awake.clientNs;
      const isJudgedAwake = isOfAwake && awake !== undefined;
      return [
        [
          what.label,
          of,
          to,
          ratioText(halting, isJudgedAwake ? undefined : most),
          awake === undefined ? '' : ratioText(awake, isJudgedAwake ? most : undefined),
          `${String(most)}, ${isJudgedAwake ? 'kept awake' : 'may halt'}`,
        ],
      ];
    }),
  );

/** @param most what it may be at most, if it is judged. */
const ratioText = (ratio: number, most: number | undefined): string =>
  `${ratio.toFixed(2)}${most !== undefined && ratio > most ? ' (missed)' : ''}`;
