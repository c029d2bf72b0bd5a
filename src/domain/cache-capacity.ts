import { MECHANISMS } from './kind.ts';
import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

const whole = z.int().nonnegative();

/** How many sessions a server keeps, by which of many it still honours. */
export const cacheCapacitySchema = z.object({
  /** Most sessions that were to be made at each address. */
  limit: whole,
  addresses: z.array(
    z.object({
      /** Index in `addresses`. */
      address: whole,
      protocol: z.enum(PROTOCOLS),
      mechanism: z.enum(MECHANISMS),
      /** Sessions that were made, and those of them that were offered. */
      made: whole,
      offered: whole,
      /** So many sessions are kept at least; none of more than so many, null where the oldest of all was still there. */
      least: whole,
      most: whole.nullable(),
      /** False where an older session was honoured than one that was declined: then these are the outer bounds. */
      isSharp: z.boolean(),
      /** Age in ms of the youngest session that was declined: it may have expired. Null where none was. */
      declinedAgeMs: z.number().nonnegative().nullable(),
      failed: z.record(z.string(), whole),
    }),
  ),
});

export type CacheCapacity = Readonly<z.infer<typeof cacheCapacitySchema>>;
