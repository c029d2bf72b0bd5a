import { z } from './zod.ts';

/** Facts of a machine that numbers depend on, as every record has them. */
export const MACHINE_FACTS = {
  node: z.string(),
  openssl: z.string(),
  platform: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  cores: z.int().nonnegative(),
} as const;
