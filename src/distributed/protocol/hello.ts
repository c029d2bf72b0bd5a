import { MACHINE_FACTS } from '../../domain/machine-facts.ts';
import { z } from '../../domain/zod.ts';

/** Raised when a message between coordinator and agents changes its meaning. */
export const AGENT_PROTOCOL = 2;

const whole = z.int().nonnegative();

/** The part of an agent's facts that no version changes: enough to say why one cannot take part. */
const introductionSchema = z.object({ id: z.string(), name: z.string(), version: z.string(), protocol: whole });

const helloSchema = introductionSchema.extend({
  /** The same for two processes that share a machine and its loopback addresses; of no other meaning. */
  host: z.string(),
  ...MACHINE_FACTS,
  /** Worker threads that it loads with, unless the run asks for another number. */
  workers: z.int().positive(),
  /** Local addresses that it connects from; empty leaves the choice to the system. */
  sources: z.array(z.string()),
  limits: z.object({ files: whole.optional(), ports: whole.optional() }),
  /** True when it has a client certificate and its key. */
  hasIdentity: z.boolean(),
  clock: z.object({ offsetNs: z.number(), errorNs: z.number().nonnegative() }),
});

export type Introduction = Readonly<z.infer<typeof introductionSchema>>;

/** The facts that an agent states of itself. */
export type Hello = Readonly<z.infer<typeof helloSchema>>;

/** @throws ZodError for what no version of an agent has written. */
export const decodeIntroduction = (message: unknown): Introduction => introductionSchema.parse(message);

/** @throws ZodError when the facts are none of this version. */
export const decodeHello = (message: unknown): Hello => helloSchema.parse(message);
