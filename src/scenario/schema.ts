import { CLOSE_WISHES, KEY_SHARES } from '../domain/client-options.ts';
import { ENGINE_NAMES } from '../domain/engine-name.ts';
import { INTERLEAVES } from '../domain/interleave.ts';
import { MODES } from '../domain/mode.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { z } from '../domain/zod.ts';
import { compareSchema } from './compare-schema.ts';
import { eventsSchema } from './event-schema.ts';
import { choice, count, duration, flag, listOf, share, text } from './fields.ts';
import { loadSchema, protocol } from './load-schema.ts';
import { request } from './request.ts';
import { stateSchema } from './state-schema.ts';

/**
 * The scenario file, declared once: types, defaults, command-line flags, decoding and the JSON
 * Schema derive from it.
 *
 * `meta.flag` gives a setting its flag, `meta.description` is its help. A message completes the
 * sentence "<the setting> ...".
 */
export interface SettingMeta {
  readonly description: string;
  readonly flag?: string;
  readonly alias?: string;
  /** True for a flag that may be repeated, each time with one value. */
  readonly repeatable?: boolean;
  readonly [key: string]: unknown;
}

/** Each is measured in every round: more take longer than anyone waits. */
const MOST_STATES = 100;

const labelled = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][\w-]{0,31}$/u, 'is not a label: it must begin with a letter, followed by letters, digits, - and _'),
    stateSchema,
    'must map labels such as before and after to states',
  )
  .refine((states) => Object.keys(states).length > 0, { error: 'must have at least one state' })
  .refine((states) => Object.keys(states).length <= MOST_STATES, { error: `must have at most ${String(MOST_STATES)} states` });

/** A plan is made whole before it begins: of more rounds than this it would take up gigabytes. */
const MOST_ROUNDS = 100_000;

const planSchema = z
  .strictObject({
    rounds: count(1, MOST_ROUNDS).optional().meta({
      flag: 'rounds',
      description: 'Rounds; each measures one block of every cell, in random order [default: 5, or 1 for a storm or a ramp]',
    }),
    interleave: choice(INTERLEAVES).optional().meta({
      flag: 'interleave',
      description:
        'How states alternate: handshake (in one window, in random order) or block (one window after the other) [default: handshake where server CPU time can be attributed to each state and all states do the same work]',
    }),
    pairs: count(1, MOST_ROUNDS).optional().meta({
      flag: 'pairs',
      description: 'Rounds of a comparison; each gives one pair of blocks per mode',
    }),
    looks: listOf(count(1, MOST_ROUNDS), 'numbers of pairs')
      .refine((looks) => looks.every((pairs, i) => i === 0 || pairs > (looks[i - 1] ?? 0)), {
        error: 'must be in ascending order',
      })
      .optional()
      .meta({
        flag: 'looks',
        description: 'Interim looks: numbers of rounds after which a comparison may stop early, such as 12,24,48',
      }),
    duration: duration(10).optional().meta({
      flag: 'duration',
      alias: 'd',
      description: 'Measured time of each cell over all rounds [default: 5s]',
    }),
    handshakes: count(1, 1e9).optional().meta({
      flag: 'handshakes',
      alias: 'n',
      description: 'Measured handshakes of each cell over all rounds, instead of a duration',
    }),
    handshakesPerBlock: count(1, 1e9).optional().meta({
      flag: 'handshakes-per-block',
      description: 'Measured handshakes of each block, instead of a duration',
    }),
    stopAtErrors: share().prefault('50%').meta({
      flag: 'stop-at-errors',
      description:
        'Stop the run when more than this share of all connections, or of those in the last 5 s, fails; 100% never stops [default: 50%]',
    }),
    timeline: duration(10).optional().meta({
      flag: 'timeline',
      description:
        'Length of the intervals in which handshakes and server CPU are also counted, such as 500ms, to see a window over time [default: none, or 500ms with events]',
    }),
    warmup: count(0, 1000).default(1).meta({ flag: 'warmup', description: 'Warm-up rounds, which are discarded' }),
  })
  .refine((plan) => [plan.rounds, plan.pairs, plan.looks].filter((value) => value !== undefined).length <= 1, {
    error: 'must have only one of rounds, pairs and looks: they set the same number',
  })
  .refine(
    (plan) => [plan.duration, plan.handshakes, plan.handshakesPerBlock].filter((value) => value !== undefined).length <= 1,
    { error: 'must have only one of duration, handshakes and handshakesPerBlock' },
  );

export const tlsSchema = z.strictObject({
  servername: text('a host name').optional().meta({
    flag: 'servername',
    description: "SNI, and the name that the certificate is verified against [default: the target's host]",
  }),
  insecure: flag.default(false).meta({ flag: 'insecure', alias: 'k', description: 'Do not verify certificates' }),
  cacert: text('a path').optional().meta({ flag: 'cacert', description: 'PEM file with the CAs to trust' }),
  cert: text('a path').optional().meta({ flag: 'cert', description: "PEM file with the client's certificate" }),
  key: text('a path').optional().meta({ flag: 'key', description: "PEM file with the client's private key" }),
  ciphers: text('an OpenSSL cipher list')
    .optional()
    .meta({ flag: 'ciphers', description: 'OpenSSL cipher list (TLS 1.2) and suites (TLS 1.3)' }),
  groups: text('an OpenSSL group list')
    .optional()
    .meta({ flag: 'groups', description: 'Key exchange groups in order of preference' }),
  keyShare: choice(KEY_SHARES).default('fresh').meta({
    flag: 'key-share',
    description: "Client's key share: fresh for each handshake, or reuse one for all (engine wire only)",
  }),
  noSignatureCheck: flag.default(false).meta({
    flag: 'no-signature-check',
    description: "Do not verify the server's handshake signature (engine wire only)",
  }),
  alpn: listOf(text('a protocol name'), 'protocol names')
    .optional()
    .meta({ flag: 'alpn', description: 'Application protocols to offer, such as h2,http/1.1' }),
  keylog: text('a path')
    .optional()
    .meta({ flag: 'keylog', description: 'File to which TLS secrets are appended (SSLKEYLOGFILE format), to decrypt a capture' }),
});

const connectionSchema = z.strictObject({
  timeout: duration(1).prefault('10s').meta({
    flag: 'timeout',
    description: 'Time limit for the TCP connect, for the handshake, and for a response, each on its own [default: 10s]',
  }),
  ticketTimeout: duration(1)
    .prefault('1s')
    .meta({ description: 'Longest time to wait for a TLS 1.3 ticket after the handshake; never part of its latency' }),
  close: choice(CLOSE_WISHES).default('auto').meta({
    flag: 'close',
    description:
      'How measured connections end: reset, notify (with a close_notify alert, as browsers do), or auto (reset, unless the server forgets a session by it)',
  }),
  source: listOf(
    z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address of this machine, such as 127.0.0.2' }),
    'IP addresses',
  )
    .optional()
    .meta({
      flag: 'source',
      description: 'Local addresses to connect from in rotation, where one has too few ports',
    }),
});

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Location of the JSON Schema of this file, for editors' }),
  name: z
    .string('must be a name')
    .regex(/^[\w.-]{1,64}$/u, 'must have 1 to 64 letters, digits, dots, - and _: it becomes part of a folder name')
    .default('run')
    .meta({ description: 'Name of the run, part of its folder name [default: the name of the file]' }),
  description: z.string('must be text').optional().meta({ description: 'Purpose of the scenario' }),
  states: labelled.meta({ description: 'The states to measure: labels such as before and after, each with its server' }),
  protocols: listOf(protocol, PROTOCOLS.join(', '))
    .default([...PROTOCOLS])
    .meta({ flag: 'tls', description: 'TLS versions to measure, such as 1.2,1.3' }),
  modes: listOf(choice(MODES), MODES.join(', '))
    .default(['full', 'session-id', 'ticket'])
    .meta({ flag: 'mode', alias: 'm', description: `Handshake modes to measure: ${MODES.join(', ')}` }),
  request: request.optional().meta({
    flag: 'request',
    description:
      'Request to send after each handshake (as early data in mode early-data), to measure the time to the first byte of the response: byte, http, or the path of an HTTP request',
  }),
  load: loadSchema.prefault({}).meta({ description: 'When handshakes start' }),
  plan: planSchema.prefault({}).meta({ description: 'How much to measure, and in which order' }),
  tls: tlsSchema.prefault({}).meta({ description: 'What the client offers and verifies' }),
  connection: connectionSchema.prefault({}).meta({ description: 'Time limits, and how to close connections' }),
  events: eventsSchema.meta({
    description: 'What is done to servers in the middle of each window that measures them, such as {at: 10s, do: renew}',
  }),
  gates: z
    .array(text('a gate such as "ticket.p99 < 25ms"'), 'must be a list of gates such as "ticket.p99 < 25ms"')
    .default([])
    .meta({
      flag: 'threshold',
      repeatable: true,
      description: 'Gate: a condition that the result must meet, such as "ticket.p99 < 25ms"; repeatable',
    }),
  compare: compareSchema.prefault({}).meta({ description: 'When a difference between states counts' }),
  engine: choice(['auto', ...ENGINE_NAMES])
    .default('auto')
    .meta({ flag: 'engine', description: 'What performs the handshakes; auto takes the fastest that can do what is asked' }),
  libssl: text('a path')
    .optional()
    .meta({ flag: 'libssl', description: "Path of a libssl (OpenSSL 3) for engine openssl, instead of Node's own" }),
  spin: flag.default(false).meta({
    flag: 'spin',
    description: 'Busy-poll for events: takes a core per worker, and keeps wake-ups out of the measurement (not engine node)',
  }),
  workers: count(1, 1024).optional().meta({
    flag: 'workers',
    alias: 'w',
    description: 'Worker threads [default: one fewer than the cores, at most 4]',
  }),
  seed: count(0, 2 ** 32 - 1)
    .optional()
    .meta({ flag: 'seed', description: 'Seed of the random order [default: random, and recorded]' }),
  authorized: flag.default(false).meta({
    flag: 'authorized',
    description: 'Confirm that you may load a target with a public address',
  }),
});

/** A scenario as a user writes it. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** A validated scenario: every setting that has a default is present. */
export type Scenario = z.output<typeof scenarioSchema>;
