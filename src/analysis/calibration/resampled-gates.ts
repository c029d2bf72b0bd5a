import { holmAdjusted } from '../../stats/holm.ts';
import { shareBounds } from '../../stats/proportion.ts';
import { seededRandom, type Random } from '../../stats/random.ts';
import { signedRankPAbove } from '../../stats/wilcoxon.ts';
import type { AlarmCount } from '../../domain/calibration.ts';
import type { GateOutcome } from '../../domain/gate.ts';
import type { NoiseLevel } from './metric-noise.ts';
import type { PairedDifferences } from './paired-differences.ts';

/** Neighbouring pairs stay together, so that what slows several of them in a row does so in a resampled gate too. */
const RUN_LENGTH = 6;

export interface ResampleOptions extends NoiseLevel {
  readonly gates: number;
  readonly seed: number;
}

/**
 * Gates put together anew from pairs that were measured, judged at the planned looks as a real one is: every metric together, with the two
 * states swapped or not by a coin.
 *
 * @see H. R. Kuensch, The jackknife and the bootstrap for general stationary observations, Ann. Statist. 17 (1989): runs of neighbours.
 */
export const resampledGates = (all: readonly PairedDifferences[], { gates, seed, ...level }: ResampleOptions): AlarmCount => {
  const random = seededRandom(seed);
  return alarmCount(Array.from({ length: gates }, () => resampledGate(all, level, random)));
};

/** How many of some gates failed, with the bounds of their rate. */
export const alarmCount = (outcomes: readonly GateOutcome[]): AlarmCount => {
  const failed = outcomes.filter((outcome) => outcome === 'failed').length;
  const { lower, upper } = outcomes.length === 0 ? { lower: 0, upper: 1 } : shareBounds(failed, outcomes.length, 0.025);
  return {
    gates: outcomes.length,
    failed,
    inconclusive: outcomes.filter((outcome) => outcome === 'inconclusive').length,
    low: lower,
    high: upper,
  };
};

const resampledGate = (all: readonly PairedDifferences[], { alpha, looks }: NoiseLevel, random: Random): GateOutcome => {
  const rounds = Math.min(...all.map(({ logRatios }) => logRatios.length));
  const order = resampledRounds(rounds, looks.at(-1) ?? 0, random);
  const sign = random() < 0.5 ? 1 : -1;
  let outcome: GateOutcome = 'inconclusive';
  for (const pairs of looks) {
    outcome = judged(
      all.map(({ logRatios, minEffect }) => ({
        differences: order.slice(0, pairs).map((round) => sign * (logRatios[round] ?? 0)),
        margin: Math.log1p(minEffect),
      })),
      alpha,
    );
    if (outcome !== 'inconclusive') break;
  }
  return outcome;
};

const judged = (
  metrics: readonly { readonly differences: readonly number[]; readonly margin: number }[],
  alpha: number,
): GateOutcome => {
  const missed = holmAdjusted(metrics.map(({ differences, margin }) => signedRankPAbove(differences, margin)));
  if (missed.some((p) => p <= alpha)) return 'failed';
  const isMet = metrics.every(
    ({ differences, margin }) =>
      signedRankPAbove(
        differences.map((difference) => -difference),
        -margin,
      ) <= alpha,
  );
  return isMet ? 'passed' : 'inconclusive';
};

const resampledRounds = (rounds: number, wanted: number, random: Random): number[] => {
  const order: number[] = [];
  while (order.length < wanted) {
    const start = Math.floor(random() * rounds);
    for (let i = 0; i < RUN_LENGTH && order.length < wanted; i++) order.push((start + i) % rounds);
  }
  return order;
};
