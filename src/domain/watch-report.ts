import { MECHANISMS } from './kind.ts';
import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

const whole = z.int().nonnegative();
const ms = z.number().nonnegative();

/** Bounds of a time that can only be enclosed, because a server is looked at now and then; null where there is no upper one yet. */
const bracketSchema = z.object({ lowMs: ms, highMs: ms.nullable() });

export type Bracket = Readonly<z.infer<typeof bracketSchema>>;

/** A ticket key at an address, by the short hash of its name. Times are in ms since the watch began. */
const watchedKeySchema = z.object({
  name: z.string(),
  /** Polls that brought a ticket of it. */
  polls: whole,
  /** Null where it was there from the beginning. */
  appeared: bracketSchema.nullable(),
  /** Null where it is still in use. */
  left: bracketSchema.nullable(),
});

const watchedAddressSchema = z.object({
  /** Index in `addresses`. */
  address: whole,
  polls: whole,
  /** Polls that failed, by the name under which a failure is counted. */
  failed: z.record(z.string(), whole),
  keys: z.array(watchedKeySchema),
  /** True where keys take turns, as behind a balancer: then no period is claimed. */
  takesTurns: z.boolean(),
  /** Time between two rotations; null where no key has a name. */
  period: z.object({ ...bracketSchema.shape, isRegular: z.boolean() }).nullable(),
  /** Time for which tickets of a key are honoured after it is no longer used for new ones; null where none was offered. */
  grace: bracketSchema.nullable(),
  /** Age up to which a session is honoured while its key is in use, and the hint that the server states; null where none was offered. */
  lifetime: z.object({ ...bracketSchema.shape, statedS: whole.nullable() }).nullable(),
  /** The oldest chain of sessions each of which came of the resumption of the one before; its age is that of the first. Null without any. */
  chain: z.object({ ...bracketSchema.shape, renewals: whole }).nullable(),
});

export type WatchedAddress = Readonly<z.infer<typeof watchedAddressSchema>>;

/** Things that are wrong and only time shows. */
export const WATCH_ALERTS = ['key-not-rotated', 'session-outlives', 'chain-outlives'] as const;

export type WatchAlertCode = (typeof WATCH_ALERTS)[number];

/** What a server does over time, by polls of each address. */
export const watchSchema = z.object({
  /** The kind of session that was watched; null where no address gives any. */
  protocol: z.enum(PROTOCOLS).nullable(),
  mechanism: z.enum(MECHANISMS).nullable(),
  everyMs: ms,
  /** Watched in all. */
  durationMs: ms,
  addresses: z.array(watchedAddressSchema),
  /** Addresses at which the same keys appear later than at another one, by how much. */
  lags: z.array(z.object({ address: whole, after: whole, keys: whole, ...bracketSchema.shape })),
  /** An alert is only given of what was watched for as long as it speaks of. */
  alerts: z.array(z.object({ code: z.enum(WATCH_ALERTS), addresses: z.array(whole), limitMs: ms })),
});

export type WatchReport = Readonly<z.infer<typeof watchSchema>>;
