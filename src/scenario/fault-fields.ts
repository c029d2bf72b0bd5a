import { z } from '../domain/zod.ts';
import { choice, count, duration, flag, share, shareOrNone } from './fields.ts';

/** Beyond every time limit of a client. */
const LONGEST_MS = 60_000;

/** Moments of a handshake: before the first answer, and when the client has answered the server's flight. */
const MOMENTS = ['server-hello', 'finished'] as const;

export type Moment = (typeof MOMENTS)[number];

const at = choice(MOMENTS).meta({
  description:
    "Moment: server-hello (before any answer) or finished (before what follows the client's last flight, such as tickets)",
});

/** Faults of a reference server, each with a known truth. */
const faultSchema = z.strictObject({
  seed: count(0, 2 ** 32 - 1)
    .prefault(1)
    .meta({ description: 'Seed of all that is random in these faults [default: 1]' }),
  jitter: duration(0, LONGEST_MS)
    .prefault('0')
    .meta({ description: 'Random time, evenly up to this, by which each handshake is delayed beyond delay' }),
  stall: z
    .strictObject({
      at,
      time: duration(1, LONGEST_MS).meta({ description: 'Time for which the server says nothing' }),
      share: share().prefault('100%').meta({ description: 'Share of connections that are stalled [default: 100%]' }),
    })
    .optional()
    .meta({ description: 'Silence at a moment of the handshake' }),
  reset: z
    .strictObject({
      at,
      share: share().prefault('100%').meta({ description: 'Share of connections that are reset [default: 100%]' }),
    })
    .optional()
    .meta({ description: 'A TCP reset at a moment of the handshake' }),
  ignoreTickets: flag.default(false).meta({ description: 'Give tickets, and never take one' }),
  strangeTickets: shareOrNone()
    .prefault('0%')
    .meta({ description: 'Share of tickets that are under a key which no server has [default: 0%]' }),
});

export type Faults = Readonly<z.output<typeof faultSchema>>;

export const faults = faultSchema.prefault({}).meta({ description: 'Faults of the server, for tests with a known truth' });
