import { z } from './zod.ts';

const whole = z.int().nonnegative();

/** The schema of a caveat in a result file. */
export const caveatSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('run-not-complete'), status: z.string() }),
  z.object({ code: z.literal('no-cell') }),
  z.object({ code: z.literal('nothing-measured') }),
  z.object({ code: z.literal('none-honoured') }),
  z.object({
    code: z.literal('unknown-metric'),
    /** What the load would have to have for the metric to be measured, where that is the reason. */
    needs: z.enum(['schedule', 'request']).optional(),
  }),
  z.object({ code: z.literal('few-handshakes'), perBlock: whole, needed: whole }),
  z.object({ code: z.literal('few-rounds'), rounds: whole, needed: whole }),
  z.object({ code: z.literal('few-pairs'), pairs: whole, needed: whole }),
  z.object({ code: z.literal('invalid-blocks'), invalid: whole, of: whole }),
  z.object({ code: z.literal('saturated'), saturated: whole, of: whole }),
  z.object({ code: z.literal('no-baseline') }),
  z.object({ code: z.literal('single-baseline') }),
  z.object({ code: z.literal('few-baselines'), runs: whole, needed: whole }),
  z.object({ code: z.literal('measured-unlike'), what: z.array(z.string()), judgeInstead: z.string().nullable() }),
  z.object({ code: z.literal('single-run') }),
  z.object({ code: z.literal('few-runs'), runs: whole, needed: whole }),
  z.object({ code: z.literal('unconfirmed'), failed: whole, of: whole }),
]);

/**
 * The reason why a gate or a change must not be judged, as data: worded in `report/`. Measuring on helps against `few-rounds` and
 * `few-pairs` only.
 */
export type Caveat = Readonly<z.infer<typeof caveatSchema>>;
