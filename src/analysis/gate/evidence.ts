import type { Caveat } from '../../domain/caveat.ts';
import type { GateOperator, GateUnit } from '../../domain/gate.ts';
import { hodgesLehmann, type Interval } from '../../stats/hodges-lehmann.ts';
import { leastPairs } from '../../stats/planned-looks.ts';
import { binomialCdf, shareBounds } from '../../stats/proportion.ts';
import { medianInterval, signPAbove } from '../../stats/sign-test.ts';
import { signedRankPAbove } from '../../stats/wilcoxon.ts';

/** What is known of one gate in one cell before all gates are judged together. */
export interface Evidence {
  readonly unit: GateUnit;
  readonly operator: GateOperator;
  readonly limit: number;
  /** The estimate with its one-sided bounds. */
  readonly interval: Interval | undefined;
  /** One-sided p-values of "above the limit" and "below the limit". */
  readonly pAbove: number;
  readonly pBelow: number;
  /** What was simply counted has no chance of error, and no part in what the gates share. */
  readonly isExact: boolean;
  readonly samples: number;
  readonly caveat: Caveat | null;
}

/** What a gate is held against. */
export interface Limit {
  readonly unit: GateUnit;
  readonly operator: GateOperator;
  readonly limit: number;
}

/** A gate that cannot be judged. */
export const unjudged = (limit: Limit, caveat: Caveat, interval?: Interval): Evidence => ({
  ...limit,
  interval,
  pAbove: 1,
  pBelow: 1,
  isExact: false,
  samples: 0,
  caveat,
});

/** The same with a caveat that forbids to judge, where there is one. */
export const withCaveat = (evidence: Evidence, caveat: Caveat | undefined): Evidence =>
  caveat === undefined ? evidence : { ...evidence, caveat };

/**
 * Values of blocks, one after another, against an absolute limit. The sign test asks nothing of their distribution: a machine's slow
 * moments make it lopsided.
 */
export const ofBlocks = (limit: Limit, values: readonly number[], alpha: number): Evidence => ({
  ...limit,
  interval: medianInterval(values, alpha),
  pAbove: signPAbove(values, limit.limit),
  pBelow: signPAbove(
    values.map((value) => -value),
    -limit.limit,
  ),
  isExact: false,
  samples: values.length,
  caveat: tooFew(values.length, alpha),
});

/** Ratios of blocks that were measured beside each other: what slowed both is not in them, so that they are close to symmetric. */
export const ofRatios = (limit: Limit, ratios: readonly number[], alpha: number): Evidence => {
  const logs = ratios.map(Math.log);
  const found = ofDifferences({ ...limit, limit: Math.log(limit.limit) }, logs, alpha);
  return { ...found, ...limit, interval: found.interval && mapped(found.interval, Math.exp) };
};

/** Differences of blocks that were measured beside each other. */
export const ofDifferences = (limit: Limit, differences: readonly number[], alpha: number): Evidence => ({
  ...limit,
  interval: hodgesLehmann(differences, alpha),
  pAbove: signedRankPAbove(differences, limit.limit),
  pBelow: signedRankPAbove(
    differences.map((difference) => -difference),
    -limit.limit,
  ),
  isExact: false,
  samples: differences.length,
  caveat: tooFew(differences.length, alpha),
});

/**
 * A share of handshakes, each of which was proven. A limit of all or none leaves nothing to chance: one handshake decides, where no bound
 * could ever reach it.
 */
export const ofShare = (limit: Limit, counts: { readonly hits: number; readonly of: number }, alpha: number): Evidence => {
  const { hits, of } = counts;
  const share = hits / of;
  if (limit.limit === 0 || limit.limit === 1) return { ...ofCount(limit, share), samples: of };
  return {
    ...limit,
    interval: { estimate: share, ...shareBounds(hits, of, alpha) },
    pAbove: 1 - binomialCdf(hits - 1, of, limit.limit),
    pBelow: binomialCdf(hits, of, limit.limit),
    isExact: false,
    samples: of,
    caveat: null,
  };
};

/** What was counted, against a limit. */
export const ofCount = (limit: Limit, value: number): Evidence => ({
  ...limit,
  interval: { estimate: value, lower: value, upper: value },
  pAbove: value > limit.limit || (value === limit.limit && limit.operator === '<') ? 0 : 1,
  pBelow: value < limit.limit || (value === limit.limit && limit.operator === '>') ? 0 : 1,
  isExact: true,
  samples: 1,
  caveat: null,
});

/** How surely a gate is missed, and how surely it is met. */
export const claims = ({ operator, pAbove, pBelow, isExact }: Evidence): { readonly pMissed: number; readonly pMet: number } => {
  const [pMissed, pMet] = operator.startsWith('<') ? [pAbove, pBelow] : [pBelow, pAbove];
  return isExact ? { pMissed, pMet: 1 - pMissed } : { pMissed, pMet };
};

/** Below this not even the clearest difference could be told at the level. */
const tooFew = (rounds: number, alpha: number): Caveat | null => {
  const needed = leastPairs(alpha);
  return rounds < needed ? { code: 'few-rounds', rounds, needed } : null;
};

const mapped = ({ estimate, lower, upper }: Interval, by: (value: number) => number): Interval => ({
  estimate: by(estimate),
  lower: lower === Number.NEGATIVE_INFINITY ? lower : by(lower),
  upper: by(upper),
});
