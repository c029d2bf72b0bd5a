import { z } from '../domain/zod.ts';
import { faults } from './fault-fields.ts';
import { choice, count, duration, flag, listOf, text } from './fields.ts';

/** Beyond this a client has more tickets than it can use. */
const MOST_TICKETS = 8;

/** RFC 8446, section 4.6.1: a ticket lives a week at most. */
const LONGEST_LIFETIME_MS = 7 * 24 * 3600 * 1000;

/** No chain of the web is longer; each certificate makes the server's flight longer. */
const MOST_INTERMEDIATES = 8;

const MOST_NAMES = 64;

const MOST_KEPT_KEYS = 64;

export const KEY_TYPES = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ecdsa-p256', 'ecdsa-p384', 'ed25519'] as const;

const STAPLINGS = ['none', 'good', 'stale', 'missing'] as const;

export type Stapling = (typeof STAPLINGS)[number];

/** Settings of a reference server that libssl can do and node:tls can not, or not all of them. */
export const knobFields = {
  tickets: count(0, MOST_TICKETS)
    .optional()
    .meta({ description: 'TLS 1.3 tickets that follow a full handshake, 0 to 8; a resumed one gets one [default: 2]' }),
  ticketLifetime: duration(1000, LONGEST_LIFETIME_MS)
    .optional()
    .meta({ description: 'Time after which the server no longer takes a ticket or a session ID, and says so [default: 2 h]' }),
  singleUse: flag.default(false).meta({ description: 'Take each ticket once only' }),
  earlyData: flag.default(false).meta({
    description:
      'Take early data (0-RTT), with anti-replay: each TLS 1.3 ticket then stands for a cached session and serves once',
  }),
  chainLength: count(0, MOST_INTERMEDIATES).prefault(0).meta({
    description: 'Intermediate certificates that the server sends after its own; with 0 its own is self-signed',
  }),
  ocsp: choice(STAPLINGS).default('none').meta({
    description:
      'OCSP response that the server staples for clients that ask for one: good, stale (its time is over), or missing (the certificate says that one must be there, and none is)',
  }),
  names: listOf(
    z.string('must be a host name').regex(/^[a-z\d-]+(?:\.[a-z\d-]+)*$/u, 'must be a host name in lower case'),
    'host names',
  )
    .refine((names) => names.length <= MOST_NAMES, { error: `must have at most ${String(MOST_NAMES)} names` })
    .optional()
    .meta({ description: 'Virtual hosts (SNI), each with a certificate of its own; other names get that of localhost' }),
  ticketRotation: z
    .strictObject({
      every: duration(1, LONGEST_LIFETIME_MS)
        .optional()
        .meta({ description: 'Time after which a new ticket key comes [default: never by itself]' }),
      keep: count(0, MOST_KEPT_KEYS)
        .prefault(1)
        .meta({ description: 'Number of previous keys whose tickets are still taken, and renewed' }),
      phase: duration(0, LONGEST_LIFETIME_MS)
        .prefault('0')
        .meta({ description: 'Time by which each of several nodes rotates earlier than the one before it' }),
    })
    .optional()
    .meta({ description: 'Rotation of the ticket key [default: never]' }),
  groups: text('an OpenSSL group list')
    .optional()
    .meta({ description: 'Key exchange groups; one that clients do not send a share of forces a HelloRetryRequest' }),
  ciphers: text('an OpenSSL cipher list')
    .optional()
    .meta({ description: 'OpenSSL cipher list (TLS 1.2) and suites (TLS 1.3), in the order of preference' }),
  clientCertificate: choice(['none', 'request', 'require'])
    .default('none')
    .meta({ description: 'Whether the server asks for a client certificate; it takes any' }),
  faults,
};

const knobSchema = z.strictObject(knobFields);

export type ServerKnobs = Readonly<z.output<typeof knobSchema>>;

/** A server as it is without settings. */
export const DEFAULT_KNOBS: ServerKnobs = knobSchema.parse({});

/** Refuses what contradicts itself. */
export const agreesWithResumption = ({
  value,
  issues,
}: z.core.ParsePayload<ServerKnobs & { readonly resumption: readonly string[] }>): void => {
  const { earlyData, singleUse, resumption, faults } = value;
  const hasStatelessTickets = resumption.includes('tickets') && !earlyData;
  const complain = (key: keyof ServerKnobs, message: string): void => {
    issues.push({ code: 'custom', path: [key], input: value[key], message });
  };
  if ((faults.ignoreTickets || faults.strangeTickets > 0) && !hasStatelessTickets) {
    complain('faults', 'must not be of tickets unless resumption has tickets and earlyData is false');
  }
  if (faults.ticketsAfterData && (resumption.length === 0 || value.tickets === 0)) {
    complain(
      'faults',
      'must not have ticketsAfterData where resumption is none or tickets is 0: there is no ticket to hold back',
    );
  }
  if (singleUse && !resumption.includes('tickets')) complain('singleUse', 'must be false unless resumption has tickets');
  if (earlyData && resumption.length < 2) {
    complain('earlyData', 'must be false unless resumption is [cache, tickets]: anti-replay looks tickets up in the cache');
  }
};
