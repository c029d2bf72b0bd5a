import { z } from '../domain/zod.ts';
import { isFatalAlert } from '../tls/alert.ts';
import { choice, count, duration, flag, share, shareOrNone } from './fields.ts';

/** Beyond every time limit of a client. */
const LONGEST_MS = 60_000;

/**
 * Moments of a handshake: the client has said hello, the server's flight is half sent, and the client has answered the flight.
 */
const MOMENTS = ['server-hello', 'flight', 'finished'] as const;

export type Moment = (typeof MOMENTS)[number];

const at = choice(MOMENTS).meta({
  description:
    "Moment: server-hello (before any answer), flight (when half of the server's flight is sent) or finished (before what follows the client's last flight, such as tickets)",
});

/** A half of a record that is followed by an alert would be no TLS. */
const atBetweenFlights = choice(['server-hello', 'finished']).meta({
  description: "Moment: server-hello (instead of any answer) or finished (instead of what follows the client's last flight)",
});

const shareThat = (are: string) =>
  share()
    .prefault('100%')
    .meta({ description: `Share of connections that ${are} [default: 100%]` });

/** A client sends less than this in a whole handshake. */
const MOST_BITE_BYTES = 16_384;

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
      share: shareThat('are stalled'),
    })
    .optional()
    .meta({ description: 'Silence at a moment of the handshake' }),
  reset: z
    .strictObject({ at, share: shareThat('are reset') })
    .optional()
    .meta({ description: 'A TCP reset at a moment of the handshake' }),
  alert: z
    .strictObject({
      at: atBetweenFlights,
      description: z
        .string('must be the name of an alert')
        .refine(isFatalAlert, {
          error: 'must be the name of a fatal alert in RFC 8446, such as handshake_failure or internal_error',
        })
        .meta({ description: 'Name of the alert in RFC 8446, such as handshake_failure' }),
      share: shareThat('get the alert'),
    })
    .optional()
    .meta({ description: 'A fatal alert at a moment of the handshake, under the keys that the server then writes with' }),
  halfClose: z
    .strictObject({ at, share: shareThat('are closed in one direction') })
    .optional()
    .meta({ description: 'The end of all that the server sends, at a moment of the handshake; it goes on reading' }),
  slowReader: z
    .strictObject({
      bite: count(1, MOST_BITE_BYTES).meta({ description: 'Most bytes that the server reads at once' }),
      pause: duration(1, LONGEST_MS).meta({ description: 'Time that it waits after each bite' }),
      share: shareThat('are read slowly'),
    })
    .optional()
    .meta({ description: 'Reading in small bites with pauses, in the handshake and after it' }),
  ticketsAfterData: flag
    .default(false)
    .meta({ description: "Give TLS 1.3 tickets only together with the answer to the client's request" }),
  ignoreTickets: flag.default(false).meta({ description: 'Give tickets, and never take one' }),
  strangeTickets: shareOrNone()
    .prefault('0%')
    .meta({ description: 'Share of tickets that are under a key which no server has [default: 0%]' }),
});

export type Faults = Readonly<z.output<typeof faultSchema>>;

export const faults = faultSchema.prefault({}).meta({ description: 'Faults of the server, for tests with a known truth' });
