import type { GateOutcome } from './gate.ts';
import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/**
 * The noise of one metric between two identical states. Differences are of ln(second / first) per
 * pair of blocks.
 */
export interface MetricNoise {
  readonly protocol: Protocol;
  readonly mode: Mode;
  readonly metric: string;
  readonly pairs: number;
  readonly sd: number | null;
  /**
   * Correlation of each difference with the previous one; far from 0 the pairs are not independent.
   */
  readonly autocorrelation: number | null;
  /**
   * The effect of being measured second in a pair; null where both are measured in the same window.
   */
  readonly positionEffect: number | null;
  /** The remaining difference between the two, such as the luck of each process, with bounds. */
  readonly bias: { readonly estimate: number; readonly low: number | null; readonly high: number | null } | null;
  /** Smallest change that counts, the absolute floor included. */
  readonly minEffect: number;
  /**
   * The smallest change detected nine times in ten, by numbers of pairs in the order of
   * `Calibration.looks`.
   */
  readonly detectable: readonly (number | null)[];
}

/** Number of gates that failed on two identical states. */
export interface AlarmCount {
  readonly gates: number;
  readonly failed: number;
  readonly inconclusive: number;
  /** Bounds of the failure rate: Clopper and Pearson, 95%. */
  readonly low: number;
  readonly high: number;
}

/** The noise of a machine and target, and its effect on gates. */
export interface Calibration {
  readonly target: string;
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly handshakesPerBlock: number;
  /** Handshakes in flight. */
  readonly concurrency: number;
  readonly noise: readonly MetricNoise[];
  /** Gates resampled from the measured pairs. */
  readonly resampled: AlarmCount;
  /** Gates that were measured. */
  readonly measured: AlarmCount;
  /**
   * Pairs that detect a change of `effect` in every judged metric nine times in ten; null where
   * more than a thousand would be needed.
   */
  readonly recommended: { readonly effect: number; readonly pairs: number | null };
}

/** What gates on two identical states have shown: they fail more often than promised, or mostly cannot be decided. */
export type GatesFinding = 'too-many-alarms' | 'undecidable';

/** The steps of a calibration. */
export type CalibrationStep =
  /** Before anything is measured: the most that it will take. */
  | { readonly step: 'plan'; readonly pairs: number; readonly gates: number; readonly looks: readonly number[] }
  /** The noise is known, and with it the time of a pair. */
  | { readonly step: 'noise'; readonly pairMs: number; readonly gates: number; readonly looks: readonly number[] }
  | { readonly step: 'gate'; readonly number: number; readonly gates: number; readonly outcome: GateOutcome }
  /** More gates could not change what these have shown. */
  | { readonly step: 'enough'; readonly gates: number; readonly finding: GatesFinding };
