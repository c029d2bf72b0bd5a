import { z } from './zod.ts';

/** Response of a target to a rate. All but `sustained` say why it did not; `generator` says that it was not the target's fault. */
const PROBE_VERDICTS = ['sustained', 'too-slow', 'errors', 'behind', 'generator', 'never-honoured'] as const;

export type ProbeVerdict = (typeof PROBE_VERDICTS)[number];

const whole = z.int().nonnegative();

/** A search for the highest rate that keeps an objective: what was asked, what was tried, and what was found. */
export const capacitySchema = z.object({
  /** The cells of the stream. */
  cells: z.array(z.string()),
  /** A quantile of the response times of honoured handshakes, from their intended start, and its limit. */
  objective: z.object({ name: z.string(), quantile: z.number().min(0).max(1), limitNs: whole }),
  /** Highest share of what fell due that may fail, be declined or be left out. */
  maxErrors: z.number().min(0).max(1),
  /** Distance of the found rate from one that fails. */
  tolerance: z.number().positive(),
  /** In order; the recordings of the n-th are the blocks of round n. */
  probes: z.array(
    z.object({
      perSecond: z.number().positive(),
      verdict: z.enum(PROBE_VERDICTS),
      /** The objective's quantile, null when nothing was honoured. */
      responseNs: whole.nullable(),
      errorShare: z.number().min(0).max(1),
      achievedPerSecond: z.number().nonnegative(),
    }),
  ),
  /** The highest rate that was sustained, null when none was or the search is not over. */
  foundPerSecond: z.number().positive().nullable(),
  /** The lowest rate above it that was not. */
  failsPerSecond: z.number().positive().nullable(),
  /** True when repeats of both said the same, within the tolerance. */
  isConfirmed: z.boolean(),
  isOver: z.boolean(),
});

export type CapacityRecord = Readonly<z.infer<typeof capacitySchema>>;
