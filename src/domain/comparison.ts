import { caveatSchema } from './caveat.ts';
import { INTERLEAVES } from './interleave.ts';
import { MODES } from './mode.ts';
import type { Notice } from './notice.ts';
import { noticeSchema } from './notice-schema.ts';
import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

/** Format version, raised when the meaning of a field of `compare.json` changes. */
export const COMPARISON_FORMAT = 1;

/** The verdicts on a change. Only confidence bounds decide, never an estimate. */
const CHANGE_VERDICTS = ['improved', 'regressed', 'equivalent', 'inconclusive'] as const;

/**
 * The designs of a comparison.
 *
 * - `paired`: blocks of both states measured side by side, pair by pair.
 * - `runs`: several runs of each state; each run is one value.
 * - `single`: one run of each state, which cannot tell a change from the difference between any two
 *   runs.
 */
const COMPARISON_DESIGNS = ['paired', 'runs', 'single'] as const;

const number = z.number().nullable();

const rowSchema = z.object({
  protocol: z.enum(PROTOCOLS),
  mode: z.enum(MODES),
  metric: z.string(),
  /** The mode whose same metric it is divided by in each run: `full` for ticket p50 / full p50. Null for the metric itself. */
  per: z.enum(MODES).nullable().default(null),
  /**
   * `primary` rows make the verdict and share the rate of false alarms; `secondary` rows are shown.
   */
  role: z.enum(['primary', 'secondary']),
  before: number,
  after: number,
  /** after / before, with its confidence bounds; null for shares and for too few pairs. */
  ratio: number,
  ratioLow: number,
  ratioHigh: number,
  /** Confidence of the interval from ratioLow to ratioHigh. */
  confidence: z.number(),
  /** Pairs of blocks, or the smaller number of runs. */
  pairs: z.int().nonnegative(),
  /** One-sided, in the direction of the estimate. */
  pValue: number,
  pAdjusted: number,
  /** Smallest change that counts, as a fraction, the absolute floor included. */
  minEffect: z.number(),
  /** The smallest change that this many pairs detect nine times in ten. */
  detectable: number,
  verdict: z.enum(CHANGE_VERDICTS),
  /** The reason why it must not be judged, null when it may. */
  caveat: caveatSchema.nullable(),
});

const savingSchema = z.object({
  protocol: z.enum(PROTOCOLS),
  mode: z.enum(MODES),
  /** Relative changes by metric: -0.63 is 63% less. */
  change: z.record(z.string(), z.number()),
});

const sideSchema = z.object({ state: z.string(), runs: z.array(z.string()) });

const differenceSchema = z.object({ what: z.string(), before: z.string(), after: z.string() });

/** The schema of `compare.json`. */
export const comparisonSchema = z.object({
  format: z.literal(COMPARISON_FORMAT),
  design: z.enum(COMPARISON_DESIGNS),
  /**
   * Alternation of the blocks of a pair: in one window in random order, or one after the other; null
   * where runs are compared.
   */
  interleave: z.enum(INTERLEAVES).nullable(),
  /** Numbers of pairs after which it could stop; empty where the number was fixed. */
  looks: z.array(z.int().positive()),
  before: sideSchema,
  after: sideSchema,
  /** Promised rate of false alarms over the whole comparison. */
  alpha: z.number(),
  /** Level of each bound: alpha divided among the interim looks. */
  alphaPerLook: z.number(),
  rows: z.array(rowSchema),
  /** The saving of each resumption mode against the full handshake in the state after. */
  savings: z.array(savingSchema),
  /** Other differences between the runs; not empty only in a forced comparison. */
  differences: z.array(differenceSchema),
  verdict: z.enum(CHANGE_VERDICTS),
  notices: z.array(noticeSchema),
});

/** The verdict on a change. */
export type ChangeVerdict = (typeof CHANGE_VERDICTS)[number];

/**
 * The design of a comparison: `paired` side by side, `runs` run by run, `single` with one run of
 * each.
 */
export type ComparisonDesign = (typeof COMPARISON_DESIGNS)[number];

/** One metric of one mode and protocol before and after. `null` where a value is unknown. */
export type ComparisonRow = Readonly<z.infer<typeof rowSchema>>;

/** The saving of a resumption mode against the full handshake of the state after. */
export type ComparedSaving = Readonly<z.infer<typeof savingSchema>>;

/** A state and its runs. */
export type ComparedSide = Readonly<z.infer<typeof sideSchema>>;

/** A difference between runs other than the state. */
export type RunDifference = Readonly<z.infer<typeof differenceSchema>>;

/** The result of comparing two states: the content of `compare.json`. */
export type Comparison = Readonly<Omit<z.infer<typeof comparisonSchema>, 'notices'>> & { readonly notices: readonly Notice[] };
