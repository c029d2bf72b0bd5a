import type { FleetMap, Tries } from '../../domain/probe-record.ts';
import { shareBounds } from '../../stats/proportion.ts';
import type { TriedPair } from './pair-evidence.ts';

/** An address that answers in the protocol of the map, with the attempts to resume its own sessions. */
export interface AnsweringAddress {
  readonly address: number;
  /** False where no session came that could be offered anywhere. */
  readonly givesSessions: boolean;
  readonly own: Pick<Tries, 'tries' | 'honoured'>;
}

type Prediction = NonNullable<FleetMap['predicted']>;

/**
 * Predicts the share of offered sessions that resume when both the connection that gave the session
 * and the one that offers it reach an address at random, each equally often.
 *
 * That is the sum over groups of `(n/N)^2` times the share honoured within the group, and of the
 * same across groups where sessions resume in one direction. A balancer that takes turns is met by
 * the same share as soon as the sessions are offered in shuffled order, or other clients connect in
 * between; a client alone that connects again at once always reaches the next node, and then
 * neighbours alone count.
 *
 * An address that gives no session takes part in what sessions are offered to, not in where they
 * come from. The bounds add up those of each part (Clopper and Pearson, 95%): all parts across
 * groups in which nothing was honoured share one bound.
 *
 * @returns null where no address gives a session.
 */
export const predictedShare = (
  addresses: readonly AnsweringAddress[],
  groups: FleetMap['groups'],
  pairs: readonly TriedPair[],
): Prediction | null => {
  const givers = addresses.filter(({ givesSessions }) => givesSessions).length;
  if (givers === 0) return null;
  const blocks = blocksOf(addresses, groups, pairs);
  const parts = [...blocks.filter(({ honoured }) => honoured > 0), withoutHonoured(blocks)];
  const total = (value: (part: Block) => number): number =>
    Math.min(1, parts.reduce((sum, part) => sum + part.ways * value(part), 0) / (givers * addresses.length));
  return {
    share: total(({ tries, honoured }) => (tries === 0 ? 0 : honoured / tries)),
    low: total((part) => boundsOf(part).lower),
    high: total((part) => boundsOf(part).upper),
  };
};

/**
 * Tells whether what was measured behind the balancer contradicts the prediction: the two intervals
 * do not meet. Both have 95%, so that chance alone rarely parts them.
 */
export const isMissed = (predicted: Prediction, { low, high }: Pick<Tries, 'low' | 'high'>): boolean =>
  low !== null && high !== null && (high < predicted.low || low > predicted.high);

/** The ordered pairs of addresses from one group to one group, and what was tried of them. */
interface Block {
  /** Number of ordered pairs, each address with itself among them. */
  readonly ways: number;
  readonly tries: number;
  readonly honoured: number;
}

const NOTHING: Block = { ways: 0, tries: 0, honoured: 0 };

const blocksOf = (addresses: readonly AnsweringAddress[], groups: FleetMap['groups'], pairs: readonly TriedPair[]): Block[] => {
  const groupOf = new Map(groups.flatMap((group, at) => group.addresses.map((address) => [address, at] as const)));
  const blocks = new Map<string, Block>();
  const add = (from: number, to: number, { ways, tries, honoured }: Block): void => {
    const key = `${String(groupOf.get(from))}>${String(groupOf.get(to))}`;
    const sum = blocks.get(key) ?? NOTHING;
    blocks.set(key, { ways: sum.ways + ways, tries: sum.tries + tries, honoured: sum.honoured + honoured });
  };
  for (const { address: from, givesSessions, own } of addresses) {
    if (!givesSessions) continue;
    for (const { address: to } of addresses) add(from, to, { ways: 1, tries: 0, honoured: 0 });
    add(from, from, { ...own, ways: 0 });
  }
  for (const { from, to, tries, honoured } of pairs) add(from, to, { ways: 0, tries, honoured });
  return [...blocks.values()];
};

/** The blocks without an honoured session as one: they are alike, and many small ones say little alone. */
const withoutHonoured = (blocks: readonly Block[]): Block =>
  blocks
    .filter(({ honoured }) => honoured === 0)
    .reduce((sum, { ways, tries }) => ({ ways: sum.ways + ways, tries: sum.tries + tries, honoured: 0 }), NOTHING);

/** Two-sided bounds of 95%. What was never tried is not expected: its name, or a lack of sessions, speaks against it. */
const boundsOf = ({ tries, honoured }: Block): { readonly lower: number; readonly upper: number } =>
  tries === 0 ? { lower: 0, upper: 0 } : shareBounds(honoured, tries, 0.025);
