import type { GateDecision } from './gate.ts';

/** One step of the proof that the gate can fail, and does not fail without reason. */
export interface SelfTestStep {
  readonly kind: 'same' | 'worse';
  /** Extra CPU time that each handshake of the second server burns. */
  readonly workNs: number;
  /** Median of the full handshake against the first server. */
  readonly p50Ns: number;
  readonly decision: GateDecision;
}

/**
 * `proven`: the gate failed on the regression and passed without one. `undecided`: noise prevented
 * that. `wrong`: it did the opposite.
 */
export type SelfTestResult = 'proven' | 'undecided' | 'wrong';
