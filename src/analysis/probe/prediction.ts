import type { FleetMap, Tries } from '../../domain/probe-record.ts';
import { sumOf } from '../../stats/descriptive.ts';
import { shareBounds } from '../../stats/proportion.ts';
import { groupedBy } from './grouped-by.ts';
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
  const isLost = ({ honoured, tries, isOwn }: Block): boolean => honoured === 0 && (tries > 0 || !isOwn);
  const parts = [...blocks.filter((block) => !isLost(block)), together(blocks.filter(isLost))].map(estimateOf);
  const total = (bound: 'share' | 'low' | 'high'): number =>
    Math.min(1, sumOf(parts, (part) => part.ways * part[bound]) / (givers * addresses.length));
  return { share: total('share'), low: total('low'), high: total('high') };
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
  /** True inside a group. */
  readonly isOwn: boolean;
}

const blocksOf = (addresses: readonly AnsweringAddress[], groups: FleetMap['groups'], pairs: readonly TriedPair[]): Block[] => {
  const groupOf = new Map(
    groups.flatMap((group, at) => group.addresses.map((address) => [address, `group ${String(at)}`] as const)),
  );
  // One that is in no group gives sessions of another kind, or none, and is alone with them.
  const placeOf = (address: number): string => groupOf.get(address) ?? `address ${String(address)}`;
  const givers = addresses.filter(({ givesSessions }) => givesSessions);
  const ways = givers.flatMap(({ address: from }) =>
    addresses.map(({ address: to }) => ({ from, to, ways: 1, tries: 0, honoured: 0 })),
  );
  const own = givers.map(({ address, own: { tries, honoured } }) => ({ from: address, to: address, ways: 0, tries, honoured }));
  const tried = pairs.map(({ from, to, tries, honoured }) => ({ from, to, ways: 0, tries, honoured }));
  const parts = [...ways, ...own, ...tried].map(({ from, to, ...counts }) => {
    const [place, other] = [placeOf(from), placeOf(to)];
    return { ...counts, key: `${place}>${other}`, isOwn: place === other };
  });
  return [...groupedBy(parts, ({ key }) => key).values()].map(together);
};

const together = (blocks: readonly Block[]): Block => ({
  ways: sumOf(blocks, ({ ways }) => ways),
  tries: sumOf(blocks, ({ tries }) => tries),
  honoured: sumOf(blocks, ({ honoured }) => honoured),
  isOwn: blocks.length > 0 && blocks.every(({ isOwn }) => isOwn),
});

type Estimate = Pick<Block, 'ways'> & Prediction;

/**
 * The share of one part with two-sided bounds of 95%. What was tried nowhere is expected inside a
 * group and not across groups, where other names or a lack of sessions speak against it.
 */
const estimateOf = ({ ways, tries, honoured, isOwn }: Block): Estimate => {
  if (tries === 0) return isOwn ? { ways, share: 1, low: 0, high: 1 } : { ways, share: 0, low: 0, high: 0 };
  const { lower, upper } = shareBounds(honoured, tries, 0.025);
  return { ways, share: honoured / tries, low: lower, high: upper };
};
