import type { GateDecision } from './gate.ts';

/** One step of the proof that the gate can fail, and does not fail without reason. */
export interface SelfTestStep {
  readonly kind: 'same' | 'worse';
  /** CPU time that each handshake of the second server burns beside its own. */
  readonly workNs: number;
  /** Median of the full handshake against the first server. */
  readonly p50Ns: number;
  readonly decision: GateDecision;
}

/** `proven`: the gate failed on the change and not on none. `undecided`: noise kept it from one of them. `wrong`: it did the opposite. */
export type SelfTestResult = 'proven' | 'undecided' | 'wrong';
