import type { Caveat } from './caveat.ts';
import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/** A metric of a cell, as a gate names it. What is left out stands for every one that there is. */
export interface MetricReference {
  readonly state: string | undefined;
  readonly protocol: Protocol | undefined;
  readonly mode: Mode;
  readonly metric: string;
  /** Where it begins in the gate's text, for messages. */
  readonly at: number;
}

export type GateOperator = '<' | '<=' | '>' | '>=';

/**
 * A condition that a build must meet.
 *
 * - `limit`: a metric against a number of its unit: `ticket.p99 < 25ms`.
 * - `ratio`: a metric against a multiple of another of the same run, which holds on any machine: `ticket.p50 <= 0.8 * full.p50`.
 * - `change`: a metric against the state before: `full.cpu.server regresses < 5%`.
 */
export type Gate =
  | {
      readonly kind: 'limit';
      readonly text: string;
      readonly left: MetricReference;
      readonly operator: GateOperator;
      readonly limit: number;
    }
  | {
      readonly kind: 'ratio';
      readonly text: string;
      readonly left: MetricReference;
      readonly operator: GateOperator;
      readonly factor: number;
      readonly right: MetricReference;
    }
  | { readonly kind: 'change'; readonly text: string; readonly left: MetricReference; readonly limit: number };

/** `inconclusive` is no pass: the bounds hold both a pass and a failure, or there is nothing to judge. */
export type GateOutcome = 'passed' | 'failed' | 'inconclusive';

/** What value and limit of a result count in: a metric's unit, a `multiple` of another metric, a `change` as after / before, or `points` of a share. */
export type GateUnit = 'ns' | 's' | 'per-second' | 'share' | 'bytes' | 'count' | 'ratio' | 'multiple' | 'change' | 'points';

/** What became of a gate in one cell. `null` is what is not known. */
export interface GateResult {
  readonly gate: string;
  /** What it was judged in: `after TLS 1.3 ticket`; empty when the run has no such cell. */
  readonly cell: string;
  readonly outcome: GateOutcome;
  readonly unit: GateUnit;
  readonly value: number | null;
  /** One-sided bounds, each at the level of the decision's look. */
  readonly low: number | null;
  readonly high: number | null;
  readonly operator: GateOperator;
  readonly limit: number;
  /** How surely it is missed: the one-sided p-value of "the gate is met", and that beside the other gates (Holm). */
  readonly pValue: number | null;
  readonly pAdjusted: number | null;
  /** Rounds, runs or handshakes that it rests on. */
  readonly samples: number;
  /** Why it could not be judged. */
  readonly caveat: Caveat | null;
  /** In how many of the attempts before this one it had failed: an alarm that was not confirmed. */
  readonly cleared: number;
}

/** What all gates of a run come to. */
export interface GateDecision {
  readonly outcome: GateOutcome;
  readonly results: readonly GateResult[];
  /** Promised rate of false alarms of all gates together. */
  readonly alpha: number;
  /** Level of each bound: alpha shared out over the planned looks. */
  readonly alphaPerLook: number;
  readonly rounds: number;
  /** Runs that were measured for it: 1, and one more for each confirmation. */
  readonly attempts: number;
}
