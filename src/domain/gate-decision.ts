import { caveatSchema } from './caveat.ts';
import type { GateDecision, GateResult } from './gate.ts';
import { z } from './zod.ts';

const number = z.number().nullable();
const whole = z.int().nonnegative();
const outcome = z.enum(['passed', 'failed', 'inconclusive']);

const resultSchema = z.object({
  gate: z.string(),
  cell: z.string(),
  outcome,
  unit: z.enum(['ns', 's', 'per-second', 'share', 'bytes', 'count', 'ratio', 'multiple', 'change', 'points']),
  value: number,
  low: number,
  high: number,
  operator: z.enum(['<', '<=', '>', '>=']),
  limit: z.number(),
  pValue: number,
  pAdjusted: number,
  samples: whole,
  caveat: caveatSchema.nullable(),
  cleared: whole,
}) satisfies z.ZodType<GateResult>;

/** The schema of the decision on a run's gates in its record. */
export const gateDecisionSchema = z.object({
  outcome,
  results: z.array(resultSchema),
  alpha: z.number().min(0).max(1),
  alphaPerLook: z.number().min(0).max(1),
  rounds: whole,
  attempts: whole,
}) satisfies z.ZodType<GateDecision>;
