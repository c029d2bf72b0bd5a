import { z } from './zod.ts';

/**
 * The result of a trial. All but `sustained` say why the rate failed; `generator` that it was not
 * the target's fault.
 */
const TRIAL_VERDICTS = ['sustained', 'too-slow', 'errors', 'behind', 'generator', 'never-honoured'] as const;

export type TrialVerdict = (typeof TRIAL_VERDICTS)[number];

const whole = z.int().nonnegative();

/**
 * A search for the highest rate that meets an objective: the request, the trials and the result.
 */
export const capacitySchema = z.object({
  /** The cells of the stream. */
  cells: z.array(z.string()),
  /**
   * A quantile of the response times of honoured handshakes, from their intended start, and its
   * limit.
   */
  objective: z.object({ name: z.string(), quantile: z.number().min(0).max(1), limitNs: whole }),
  /** Largest share of due handshakes that may fail, be declined or be dropped. */
  maxErrors: z.number().min(0).max(1),
  /** Relative distance between the rate found and a higher one that fails. */
  tolerance: z.number().positive(),
  /** In order; the n-th is round n of the blocks. */
  trials: z.array(
    z.object({
      perSecond: z.number().positive(),
      verdict: z.enum(TRIAL_VERDICTS),
      /** The objective's quantile, null when nothing was honoured. */
      responseNs: whole.nullable(),
      /** The median of the same times. */
      medianNs: whole.nullable().default(null),
      errorShare: z.number().min(0).max(1),
      achievedPerSecond: z.number().nonnegative(),
    }),
  ),
  /** The highest rate that was sustained, null when none was or the search is not over. */
  foundPerSecond: z.number().positive().nullable(),
  /** The lowest rate above it that was not. */
  failsPerSecond: z.number().positive().nullable(),
  /** True when repeats of both agreed within the tolerance. */
  isConfirmed: z.boolean(),
  isOver: z.boolean(),
});

export type CapacityRecord = Readonly<z.infer<typeof capacitySchema>>;
