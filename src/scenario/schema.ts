import { CLOSE_STYLES, KEY_SHARES } from '../domain/client-options.ts';
import { ENGINE_NAMES } from '../domain/engine-name.ts';
import { INTERLEAVES } from '../domain/interleave.ts';
import { MODES } from '../domain/mode.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { z } from '../domain/zod.ts';
import { compareSchema } from './compare-schema.ts';
import { choice, count, duration, flag, listOf, share, text } from './fields.ts';
import { loadSchema, protocol } from './load-schema.ts';
import { request } from './request.ts';

/**
 * The scenario file, declared once: types, defaults, command-line flags, decoding and the JSON Schema derive from it.
 *
 * `meta.flag` gives a setting its flag, `meta.description` is its help. A message completes the sentence "<the setting> ...".
 */
export interface SettingMeta {
  readonly description: string;
  readonly flag?: string;
  readonly alias?: string;
  /** The flag may be given several times, each with one value. */
  readonly repeatable?: boolean;
  readonly [key: string]: unknown;
}

/** Rough on purpose: the system says what it cannot bind. No I/O module may be used here. */
const isIpAddress = (text: string): boolean => /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:.]*)$/iu.test(text);

const KEY_TYPES = ['rsa-2048', 'ecdsa-p256'] as const;

export const RESUMPTIONS = ['cache', 'tickets'] as const;

/** `none`, one of the ways, or a list of them; given back as a list. */
const resumption = z
  .union([choice(['none', ...RESUMPTIONS]), z.array(choice(RESUMPTIONS))], {
    error: `must be none, ${RESUMPTIONS.join(', ')} or a list of them`,
  })
  .transform((value) => (value === 'none' ? [] : [...new Set(typeof value === 'string' ? [value] : value)]));

export const serverSchema = z.strictObject({
  certificate: choice(KEY_TYPES).default('ecdsa-p256').meta({ description: "Key type of the server's certificate" }),
  resumption: resumption
    .default(['cache', 'tickets'])
    .meta({ description: 'What the server offers for resumption: none, cache, tickets or a list of them' }),
  delay: duration(0)
    .prefault('0')
    .meta({ description: 'How long the server holds back each handshake, for tests with a known truth' }),
  work: duration(0)
    .prefault('0')
    .meta({ description: 'CPU time that the server burns in each handshake beside its own: a change of known size' }),
});

const stateSchema = z
  .strictObject({
    target: text('host:port').optional().meta({ description: 'A server that runs already, as host:port' }),
    resumption: resumption.optional().meta({
      description:
        'What the target is known to offer for resumption. A mode that it does not offer is then expected to be declined',
    }),
    server: serverSchema.optional().meta({ description: 'A reference server that the run starts and stops' }),
    servername: text('a host name')
      .optional()
      .meta({ description: "SNI and the name that the certificate is checked against; default is the target's host" }),
    cacert: text('a path').optional().meta({ description: 'PEM file of the authorities to trust for this state' }),
    insecure: flag.optional().meta({ description: 'Do not verify the certificate of this state' }),
  })
  .refine((state) => (state.target === undefined) !== (state.server === undefined), {
    error: 'must have either target (a server that runs already) or server (one to start), and not both',
  })
  .refine((state) => state.server === undefined || state.resumption === undefined, {
    error: "must state the reference server's resumption inside server",
  });

const labelled = z
  .record(
    z.string().regex(/^[A-Za-z][\w-]{0,31}$/u, 'is no label: it must begin with a letter and have only letters, digits, - and _'),
    stateSchema,
    'must map labels such as before and after to states',
  )
  .refine((states) => Object.keys(states).length > 0, { error: 'must have at least one state' });

const planSchema = z
  .strictObject({
    rounds: count(1).optional().meta({
      flag: 'rounds',
      description: 'Rounds; in each, every cell is measured for one block, in turns [default: 5; 1 for a storm or a ramp]',
    }),
    interleave: choice(INTERLEAVES).optional().meta({
      flag: 'interleave',
      description:
        'How states are measured beside each other: handshake, in one window and in turns by a coin; block, one window after another [default: handshake, where CPU time can be told apart and all states are to do the same]',
    }),
    pairs: count(1).optional().meta({
      flag: 'pairs',
      description: 'Rounds, when two or more states are compared: each gives one pair of blocks per mode',
    }),
    looks: listOf(count(1), 'numbers of pairs')
      .refine((looks) => looks.every((pairs, i) => i === 0 || pairs > (looks[i - 1] ?? 0)), { error: 'must rise' })
      .optional()
      .meta({
        flag: 'looks',
        description: 'Numbers of rounds after which a comparison may end early, instead of a fixed number: 12,24,48',
      }),
    duration: duration(10).optional().meta({
      flag: 'duration',
      alias: 'd',
      description: 'Measured time of each cell, over all rounds [default: 5s]',
    }),
    handshakes: count(1).optional().meta({
      flag: 'handshakes',
      alias: 'n',
      description: 'Measured handshakes of each cell, over all rounds, instead of a duration',
    }),
    handshakesPerBlock: count(1).optional().meta({
      flag: 'handshakes-per-block',
      description: 'Measured handshakes of each block, instead of a duration',
    }),
    stopAtErrors: share().prefault('50%').meta({
      flag: 'stop-at-errors',
      description: 'Stop the run when more than this share of the connections fails, of all or of the last 5 s; 100% never does',
    }),
    warmup: count(0).default(1).meta({ flag: 'warmup', description: 'Rounds that are run and thrown away first' }),
  })
  .refine((plan) => [plan.rounds, plan.pairs, plan.looks].filter((value) => value !== undefined).length <= 1, {
    error: 'must have one of rounds, pairs and looks: they are the same number',
  })
  .refine(
    (plan) => [plan.duration, plan.handshakes, plan.handshakesPerBlock].filter((value) => value !== undefined).length <= 1,
    { error: 'must be bounded by one of duration, handshakes and handshakesPerBlock, not by several' },
  );

const tlsSchema = z.strictObject({
  servername: text('a host name').optional().meta({
    flag: 'servername',
    description: "SNI and the name that the certificate is checked against; default is the target's host",
  }),
  insecure: flag.default(false).meta({ flag: 'insecure', alias: 'k', description: 'Do not verify certificates' }),
  cacert: text('a path').optional().meta({ flag: 'cacert', description: 'PEM file of the authorities to trust' }),
  cert: text('a path').optional().meta({ flag: 'cert', description: "PEM file of the client's certificate" }),
  key: text('a path').optional().meta({ flag: 'key', description: "PEM file of the client's key" }),
  ciphers: text('an OpenSSL cipher list')
    .optional()
    .meta({ flag: 'ciphers', description: 'OpenSSL cipher list (TLS 1.2) and suites (TLS 1.3)' }),
  groups: text('an OpenSSL group list')
    .optional()
    .meta({ flag: 'groups', description: 'Key exchange groups in order of preference' }),
  keyShare: choice(KEY_SHARES).default('fresh').meta({
    flag: 'key-share',
    description: "The client's key of the key exchange: fresh for each handshake, or one that is used again (engine wire)",
  }),
  noSignatureCheck: flag.default(false).meta({
    flag: 'no-signature-check',
    description: "Do not verify the server's signature over the handshake (engine wire)",
  }),
  alpn: listOf(text('a protocol name'), 'protocol names')
    .optional()
    .meta({ flag: 'alpn', description: 'Application protocols to offer' }),
  keylog: text('a path')
    .optional()
    .meta({ flag: 'keylog', description: 'File that TLS secrets are appended to (SSLKEYLOGFILE), to read a capture with' }),
});

const connectionSchema = z.strictObject({
  timeout: duration(1)
    .prefault('10s')
    .meta({ flag: 'timeout', description: 'Longest time for the TCP connect, again for the handshake, and again for an answer' }),
  ticketTimeout: duration(1)
    .prefault('1s')
    .meta({ description: 'Longest time to wait for a TLS 1.3 ticket after the handshake; never part of its latency' }),
  close: choice(CLOSE_STYLES).default('reset').meta({
    flag: 'close',
    description:
      'How measured connections end: reset keeps ports free where the server has the last word, notify is always orderly',
  }),
  source: listOf(
    z.string().refine((address) => isIpAddress(address), { error: 'must be an IP address of this machine' }),
    'IP addresses',
  )
    .optional()
    .meta({
      flag: 'source',
      description: 'Local addresses to connect from, in turn, when one has too few ports',
    }),
});

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where the JSON Schema of this file stands, for editors' }),
  name: z
    .string('must be a name')
    .regex(/^[\w.-]{1,64}$/u, 'must have 1 to 64 letters, digits, dots, - and _: it becomes part of a folder name')
    .default('run')
    .meta({ description: 'Name of the run, part of its folder name; the file name unless it is given' }),
  description: z.string('must be text').optional().meta({ description: 'What the scenario is for' }),
  states: labelled.meta({ description: 'What is measured: labels such as before and after, and the server of each' }),
  protocols: listOf(protocol, PROTOCOLS.join(', '))
    .default([...PROTOCOLS])
    .meta({ flag: 'tls', description: 'Protocol versions' }),
  modes: listOf(choice(MODES), MODES.join(', '))
    .default(['full', 'session-id', 'ticket'])
    .meta({ flag: 'mode', alias: 'm', description: 'Handshake modes' }),
  request: request.optional().meta({
    flag: 'request',
    description:
      'What is asked behind each handshake, so that the time to the first byte of an answer is measured too: byte, http, or the path of an HTTP request; as early data in mode early-data',
  }),
  load: loadSchema.prefault({}).meta({ description: 'How handshakes are started' }),
  plan: planSchema.prefault({}).meta({ description: 'How much is measured, and in what order' }),
  tls: tlsSchema.prefault({}).meta({ description: 'What the client offers and checks' }),
  connection: connectionSchema.prefault({}).meta({ description: 'Time limits, and how connections end' }),
  gates: z
    .array(text('a gate such as "ticket.p99 < 25ms"'), 'must be a list of gates such as "ticket.p99 < 25ms"')
    .default([])
    .meta({
      flag: 'threshold',
      repeatable: true,
      description: 'A condition that the result must meet, such as "ticket.p99 < 25ms"; may be given several times',
    }),
  compare: compareSchema.prefault({}).meta({ description: 'When a difference between states counts' }),
  engine: choice(['auto', ...ENGINE_NAMES])
    .default('auto')
    .meta({ flag: 'engine', description: 'What performs the handshakes; auto takes the fastest that can do what is asked' }),
  libssl: text('a path')
    .optional()
    .meta({ flag: 'libssl', description: "libssl of OpenSSL 3 for engine openssl, instead of Node's own" }),
  spin: flag.default(false).meta({
    flag: 'spin',
    description: 'Look for events without sleeping: a core per worker, and no wake-ups in what is measured (not engine node)',
  }),
  workers: count(1).optional().meta({
    flag: 'workers',
    alias: 'w',
    description: 'Worker threads [default: one less than the cores, at most 4]',
  }),
  seed: count(0).optional().meta({ flag: 'seed', description: 'Seed of the order of cells [default: drawn, and recorded]' }),
  authorized: flag.default(false).meta({
    flag: 'authorized',
    description: 'You may load the target although its address is neither loopback nor private',
  }),
});

/** What a user writes. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** A validated scenario: every setting that has a default is present. */
export type Scenario = z.output<typeof scenarioSchema>;

export type StateSettings = Scenario['states'][string];

export type ServerSettings = NonNullable<StateSettings['server']>;
