import type { Caveat } from './caveat.ts';
import type { Mode } from './mode.ts';
import type { Protocol } from './protocol.ts';

/** A metric of a cell, as a gate names it. An omitted part stands for all states or protocols. */
export interface MetricReference {
  readonly state: string | undefined;
  readonly protocol: Protocol | undefined;
  readonly mode: Mode;
  readonly metric: string;
  /** Position in the gate's text, for messages. */
  readonly at: number;
}

export type GateOperator = '<' | '<=' | '>' | '>=';

/**
 * A condition that a build must meet.
 *
 * - `limit`: a metric against a number of its unit: `ticket.p99 < 25ms`.
 * - `ratio`: a metric against a multiple of another of the same run, which holds on any machine:
 *   `ticket.p50 <= 0.8 * full.p50`.
 * - `change`: a metric, or its ratio to another, against its baseline: `full.cpu.server regresses < 5%`,
 *   `ticket.p50 / full.p50 regresses < 5%`.
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
  | {
      readonly kind: 'change';
      readonly text: string;
      readonly left: MetricReference;
      /** The metric of the same state that `left` is divided by on both sides of the change. */
      readonly per: MetricReference | undefined;
      readonly limit: number;
    };

/**
 * `inconclusive` is not a pass: the confidence interval contains the limit, or nothing can be
 * judged.
 */
export type GateOutcome = 'passed' | 'failed' | 'inconclusive';

/**
 * The unit of a result's value and limit: a metric's unit, a `multiple` of another metric, a
 * `change` as after / before, or percentage `points`.
 */
export type GateUnit = 'ns' | 's' | 'per-second' | 'share' | 'bytes' | 'count' | 'ratio' | 'multiple' | 'change' | 'points';

/** The result of a gate in one cell. `null` where a value is unknown. */
export interface GateResult {
  readonly gate: string;
  /** Label of the cell: `after TLS 1.3 ticket`; empty when the run has no such cell. */
  readonly cell: string;
  readonly outcome: GateOutcome;
  readonly unit: GateUnit;
  readonly value: number | null;
  /** One-sided bounds, each at the level of the decision's look. */
  readonly low: number | null;
  readonly high: number | null;
  readonly operator: GateOperator;
  readonly limit: number;
  /** The one-sided p-value of "the gate is met", and that adjusted for the other gates (Holm). */
  readonly pValue: number | null;
  readonly pAdjusted: number | null;
  /** Number of rounds, runs or handshakes behind it. */
  readonly samples: number;
  /** The reason why it could not be judged. */
  readonly caveat: Caveat | null;
  /** Number of earlier attempts in which it had failed: alarms that were not confirmed. */
  readonly cleared: number;
}

/** The decision on all gates of a run. */
export interface GateDecision {
  readonly outcome: GateOutcome;
  readonly results: readonly GateResult[];
  /** Promised rate of false alarms over all gates. */
  readonly alpha: number;
  /** Level of each bound: alpha divided among the interim looks. */
  readonly alphaPerLook: number;
  readonly rounds: number;
  /** Runs that were measured for it: 1, and one more for each confirmation. */
  readonly attempts: number;
}
