import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/** Variation of one metric between two states that are the same. Differences are of ln(second / first) per pair of blocks. */
export interface MetricNoise {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly metric: string;
  readonly pairs: number;
  readonly sd: number | null;
  /** Of each difference with the one before it; far from 0 the pairs are not independent. */
  readonly autocorrelation: number | null;
  /** Effect of being measured second in a pair; null where both are measured in the same window. */
  readonly positionEffect: number | null;
  /** Difference between the two that remains, such as the luck of each process, with bounds. */
  readonly bias: { readonly estimate: number; readonly low: number | null; readonly high: number | null } | null;
  /** Change that counts, the absolute floor taken in. */
  readonly minEffect: number;
  /** The smallest change that is found nine times in ten, by numbers of pairs in the order of `Calibration.looks`. */
  readonly detectable: readonly (number | null)[];
}

/** Rate at which gates on two equal states failed. */
export interface AlarmCount {
  readonly gates: number;
  readonly failed: number;
  readonly inconclusive: number;
  /** Clopper and Pearson, 95 %. */
  readonly low: number;
  readonly high: number;
}

/** Noise of this machine and target, as gates see it. */
export interface Calibration {
  readonly target: string;
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly handshakesPerBlock: number;
  readonly noise: readonly MetricNoise[];
  /** Gates put together anew from the measured pairs. */
  readonly resampled: AlarmCount;
  /** Gates that were measured. */
  readonly measured: AlarmCount;
  /** Pairs that find a change of `effect` in every judged metric nine times in ten; null where more than a thousand would be needed. */
  readonly recommended: { readonly effect: number; readonly pairs: number | null };
}
