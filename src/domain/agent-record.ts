import { MACHINE_FACTS } from './machine-facts.ts';
import { z } from './zod.ts';

/**
 * What may be wrong with an agent in a window:
 *
 * - `mismatched`: it could not take part: of another version, or without what the load needs.
 * - `lost`: it gave no sign of life any more, or had nothing left to do its part with.
 * - `late`: it began long after the common start.
 * - `unreachable`: none of its connections reached the target, while those of other agents did.
 * - `overloaded`: it could not keep up with its part of the load.
 */
export const AGENT_FAULTS = ['mismatched', 'lost', 'late', 'unreachable', 'overloaded'] as const;

export type AgentFaultKind = (typeof AGENT_FAULTS)[number];

const whole = z.int().nonnegative();

const faultSchema = z.object({
  kind: z.enum(AGENT_FAULTS),
  /** Of the window in which it was noticed first; below 0 in warm-up. */
  round: z.int(),
  position: whole,
  /** The end of a sentence that begins with the agent's name. */
  reason: z.string(),
});

/** A machine that loaded on behalf of the run's coordinator, or whose run folder was merged into this one. */
export const agentSchema = z.object({
  name: z.string(),
  ...MACHINE_FACTS,
  workers: whole,
  /** Local addresses that it connects from; empty where the system chooses. */
  sources: z.array(z.string()),
  /** Its clock minus the common one when the run began, and half of the round trip in which that was read; null where no clock is common. */
  clock: z.object({ offsetNs: z.number(), errorNs: z.number().nonnegative() }).nullable(),
  /** In the order in which they were noticed, each kind once. */
  faults: z.array(faultSchema),
});

export type AgentRecord = Readonly<z.infer<typeof agentSchema>>;

export type AgentFault = AgentRecord['faults'][number];
