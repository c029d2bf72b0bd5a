import type { GatesFinding } from '../../domain/calibration.ts';
import type { GateOutcome } from '../../domain/gate.ts';
import { alarmCount } from './resampled-gates.ts';
import { shareBounds } from '../../stats/proportion.ts';
import { pairsFor } from './metric-noise.ts';
import type { PairedDifferences } from './paired-differences.ts';

/** A deviation that is estimated from 48 pairs is off by more than this factor less than once in a thousand times. */
const MOST_OFF = 1.5;

/** Tells whether more pairs could not change the plan that they recommend: it is the shortest one, or none would do. */
export const isNoiseKnown = (
  all: readonly PairedDifferences[],
  { effect, alpha, leastPairs }: { readonly effect: number; readonly alpha: number; readonly leastPairs: number },
): boolean => {
  const pairsIf = (factor: number): number | null =>
    pairsFor(
      all.map((one) => scaled(one, factor)),
      effect,
      alpha,
    );
  const pessimistic = pairsIf(MOST_OFF);
  return all.length > 0 && ((pessimistic !== null && pessimistic <= leastPairs) || pairsIf(1 / MOST_OFF) === null);
};

const scaled = (differences: PairedDifferences, factor: number): PairedDifferences => ({
  ...differences,
  logRatios: differences.logRatios.map((difference) => difference * factor),
});

/** Where this share of gates is inconclusive, the machine cannot be gated on. */
const MOST_INCONCLUSIVE = 0.5;

/** Returns the finding that more gates could not change; `undefined` while there is none. */
export const gatesFinding = (outcomes: readonly GateOutcome[], alpha: number): GatesFinding | undefined => {
  const { gates, failed, inconclusive, low } = alarmCount(outcomes);
  // A single alarm may be the one in a hundred that is promised.
  if (failed > 1 && low > alpha) return 'too-many-alarms';
  const leastInconclusive = gates === 0 ? 0 : shareBounds(inconclusive, gates, 0.025).lower;
  return leastInconclusive > MOST_INCONCLUSIVE ? 'undecidable' : undefined;
};
