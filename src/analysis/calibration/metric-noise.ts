import type { MetricNoise } from '../../domain/calibration.ts';
import { lagOneAutocorrelation } from '../../stats/autocorrelation.ts';
import { mean, variance } from '../../stats/descriptive.ts';
import { hodgesLehmann } from '../../stats/hodges-lehmann.ts';
import { effectiveDeviation, pairsNeeded, smallestDetectable } from '../../stats/power.ts';
import type { PairedDifferences } from './paired-differences.ts';
import { POWER } from '../judging-rules.ts';

/** Beyond this many pairs the machine is too noisy for the metric, and a plan would be no help. */
const MOST_PAIRS = 1000;

export interface NoiseLevel {
  /** Level of each look. */
  readonly alpha: number;
  readonly looks: readonly number[];
}

/** How much one metric varies between two states that are the same, and what that leaves to be found. */
export const metricNoise = (differences: PairedDifferences, { alpha, looks }: NoiseLevel): MetricNoise => {
  const { cell, metric, logRatios, minEffect } = differences;
  const interval = hodgesLehmann(logRatios, alpha);
  const sd = deviationOf(differences, alpha);
  return {
    protocol: cell.protocol,
    mode: cell.mode,
    metric: metric.id,
    pairs: logRatios.length,
    sd: standardDeviation(logRatios) ?? null,
    autocorrelation: lagOneAutocorrelation(logRatios) ?? null,
    positionEffect: positionEffect(differences),
    bias:
      interval === undefined
        ? null
        : {
            estimate: Math.expm1(interval.estimate),
            low: finite(Math.expm1(interval.lower), interval.lower),
            high: finite(Math.expm1(interval.upper), interval.upper),
          },
    minEffect,
    detectable: looks.map((pairs) =>
      sd === undefined ? null : smallestDetectable({ alpha, power: POWER, minEffect, sd }, pairs),
    ),
  };
};

/** Pairs that find such a change in every metric; `null` where noise forbids it. */
export const pairsFor = (all: readonly PairedDifferences[], effect: number, alpha: number): number | null => {
  const needed = all
    // A change below the absolute floor is none, and no number of pairs finds it.
    .filter(({ minEffect }) => minEffect < effect)
    .map((differences) => {
      const sd = deviationOf(differences, alpha);
      return sd === undefined
        ? Number.POSITIVE_INFINITY
        : pairsNeeded({ alpha, power: POWER, minEffect: differences.minEffect, sd }, effect);
    });
  const most = Math.max(...needed);
  return needed.length > 0 && most <= MOST_PAIRS ? most : null;
};

/** As the signed-rank test feels it: single wild pairs weigh as little as they do there. */
const deviationOf = ({ logRatios }: PairedDifferences, alpha: number): number | undefined => {
  const interval = hodgesLehmann(logRatios, alpha);
  if (interval === undefined || !Number.isFinite(interval.lower)) return standardDeviation(logRatios);
  return effectiveDeviation(interval, logRatios.length, alpha);
};

const standardDeviation = (values: readonly number[]): number | undefined =>
  values.length < 2 ? undefined : Math.sqrt(variance(values));

const positionEffect = ({ logRatios, wasSecond }: PairedDifferences): number | null => {
  const signed = logRatios.flatMap((difference, i) => {
    const second = wasSecond[i];
    return second === undefined ? [] : [second ? difference : -difference];
  });
  return signed.length === 0 ? null : Math.expm1(mean(signed));
};

const finite = (value: number, bound: number): number | null => (Number.isFinite(bound) ? value : null);
