import { z } from './zod.ts';

const whole = z.int().nonnegative();

/**
 * What can be done to a server while it is measured.
 *
 * - `rotate`: another key for its tickets.
 * - `renew`: another certificate, with a key of its own, from the same authority.
 * - `reload`: its configuration is read again, and nothing in it has changed.
 * - `restart`: it ends, and starts again on the same port.
 * - `stop`, `start`: the two halves of a restart.
 */
export const SERVER_ACTIONS = ['rotate', 'renew', 'reload', 'restart', 'stop', 'start'] as const;

export type ServerAction = (typeof SERVER_ACTIONS)[number];

/** An action on a server in the middle of a window, as it was carried out. */
export const eventSchema = z.object({
  state: z.string(),
  action: z.enum(SERVER_ACTIONS),
  /** Number of the node, from 1; null for the only server, or all nodes. */
  node: whole.nullable(),
  round: whole,
  /** Position of its window in the round. */
  position: whole,
  /** From the start of the window until it was begun. */
  atNs: whole,
  /** Until the server had taken it: what it changes may still be under way. */
  tookNs: whole,
  /** The reason why it could not be done, null when it was. */
  failure: z.string().nullable(),
});

export type EventRecord = Readonly<z.infer<typeof eventSchema>>;
