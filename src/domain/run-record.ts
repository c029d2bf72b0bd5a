import { capacitySchema } from './capacity-record.ts';
import { DECLINE_REASONS } from './judgement.ts';
import { MECHANISMS } from './kind.ts';
import { MODES } from './mode.ts';
import type { Notice } from './notice.ts';
import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

/** Raised when the meaning of a field changes; files of another format are refused. */
export const RUN_FORMAT = 1;

/** Less work than an ordinary client does, on the user's wish: figures with them compare with each other only. */
export const SHORTCUTS = ['key-share-reused', 'signature-unchecked', 'spinning'] as const;

export type Shortcut = (typeof SHORTCUTS)[number];

const whole = z.int().nonnegative();
const counts = z.record(z.string(), whole);

const histogramSchema = z.object({
  count: whole,
  minNs: whole.nullable(),
  maxNs: whole.nullable(),
  sumNs: z.number().nonnegative(),
  hdr: z.string(),
});

/** What a schedule asked of a window, and how well the generator kept it. */
const scheduleSchema = z.object({
  /** Handshakes that fell due in the window. What was dropped in flight by an interrupt is among them and nowhere else. */
  due: whole,
  /** Of these, never started: the window was cut short, or the generator could not catch up. */
  dropped: whole,
  /** Started late because as many were in flight as may be, and not because the generator was slow. */
  connectionLimited: whole,
  /** How late each handshake was started. */
  lateNs: histogramSchema,
  /** From the actual start of the connection until the end of the handshake, of honoured handshakes. */
  serviceNs: histogramSchema,
  /** From the intended start until the end of the handshake, of honoured handshakes: what a user waits for. */
  responseNs: histogramSchema,
});

/** How hard the generator and the machine under it worked in the window. Null is what is not known. */
const generatorSchema = z.object({
  workers: z.array(
    z.object({
      /** The share of its time in which the worker had something to do. */
      busyShare: z.number().nonnegative().nullable(),
      /** The share of its time that its thread was on a core. */
      cpuShare: z.number().nonnegative().nullable(),
    }),
  ),
  /** Connections at once, at most, added up over the workers. */
  mostInFlight: whole,
  /** File descriptors that the process may have. */
  fileLimit: whole.nullable(),
  /** Local ports that connections may have, over all source addresses. */
  portLimit: whole.nullable(),
  /** Ports that connections which had ended still held after the window, of the whole machine. */
  timeWait: whole.nullable(),
  /** All cores, all processes. */
  machine: z
    .object({
      busyShare: z.number().nonnegative(),
      /** CPU time that the host gave to other guests while this machine wanted it. */
      stealShare: z.number().nonnegative(),
      loadAverage: z.number().nonnegative(),
    })
    .nullable(),
});

/** Sessions that were offered: what the session policy came to. */
const offeredSessionsSchema = z.object({
  /** Handshakes that offered one. */
  handshakes: whole,
  /** Different sessions among these. */
  sessions: whole,
  /** How old each was when it was offered, by our clock. */
  ageNs: histogramSchema,
});

/** Sessions that the server gave. */
const ticketsSchema = z.object({
  /** From the end of the handshake until the first ticket, of TLS 1.3 handshakes that waited for one. */
  afterNs: histogramSchema,
  leastBytes: whole,
  mostBytes: whole,
  /** Lifetimes that the server stated, in s; 0 states none. */
  leastLifetimeS: whole,
  mostLifetimeS: whole,
});

/** Requests that were sent behind the handshakes, or as early data. */
const firstByteSchema = z.object({
  /** From the ClientHello until the first byte of the answer, of honoured handshakes. */
  firstByteNs: histogramSchema,
  /** From the end of the handshake on our side until the first byte of the answer. */
  firstByteAfterHandshakeNs: histogramSchema,
  unanswered: whole,
});

/** tinybench's statistics of the honoured handshakes of a sequential window. */
const sequentialSchema = z.object({
  samples: whole,
  meanNs: z.number().nonnegative(),
  sdNs: z.number().nonnegative(),
  medianNs: z.number().nonnegative(),
  /** Median absolute deviation. */
  madNs: z.number().nonnegative(),
  /** Half of the 95 % interval of the mean, by Student's t. */
  marginNs: z.number().nonnegative(),
  /** Why the clock seems too coarse for what was timed, null when it does not. */
  coarseClock: z.string().nullable(),
});

const blockSchema = z.object({
  cell: z.string(),
  round: whole,
  order: whole,
  /** Unix time in ns as decimal digits: it is above 2^53. */
  startUnixNs: z.string().regex(/^\d+$/u),
  durationNs: whole,
  /** Finished handshakes: honoured and declined. */
  handshakes: whole,
  honoured: whole,
  declined: z.partialRecord(z.enum(DECLINE_REASONS), whole),
  /** Connections without a finished handshake, by `failureKey`. */
  errors: counts,
  mechanisms: z.partialRecord(z.enum(MECHANISMS), whole),
  helloRetries: whole,
  /** Finished handshakes whose plaintext hellos were read beside the engine's word. */
  tapped: whole,
  /** Sessions and tickets that the server gave inside the window. */
  ticketsReceived: whole,
  /** Handshake time of honoured handshakes. */
  handshakeNs: histogramSchema,
  /** TCP connect time of honoured handshakes. */
  connectNs: histogramSchema,
  /** CPU time in the window, of all workers; null where it cannot be known. */
  cpuClientNs: z.number().nonnegative().nullable(),
  /** CPU time in the window, of the server's processes; null where it cannot be known. */
  cpuServerNs: z.number().nonnegative().nullable(),
  bytesIn: whole,
  bytesOut: whole,
  /** Time that virtual clients existed for, and the part of it that their connections account for (Little's law). */
  clientNs: z.number().nonnegative(),
  residenceNs: z.number().nonnegative(),
  /** Unmeasured full handshakes inside the window that fetched a session to be used once; their CPU and bytes count. */
  replenished: whole.default(0),
  /** The share of its window that was asked for this cell, and the share of the connections' time that it took; 1 for a cell alone. */
  askedShare: z.number().min(0).max(1).default(1),
  occupiedShare: z.number().min(0).max(1).default(1),
  /** CPU time of the server's processes for all cells of the window, where several cells of one state shared it. */
  cpuServerWindowNs: z.number().nonnegative().nullable().default(null),
  /** Null where handshakes were not started by a schedule. */
  schedule: scheduleSchema.nullable().default(null),
  /** Null where no session was offered, and in records that do not tell. */
  offeredSessions: offeredSessionsSchema.nullable().default(null),
  /** Null where no session was given in the window. */
  tickets: ticketsSchema.nullable().default(null),
  /** Null where handshakes were not made one after another. */
  sequential: sequentialSchema.nullable().default(null),
  /** Null where nothing was asked. */
  firstByte: firstByteSchema.nullable().default(null),
  /** Priming before the window: handshakes made, sessions got. */
  primed: z.object({
    handshakes: whole,
    sessions: whole,
    /** Resumed handshakes that found out whether the server gives tickets on resumption. */
    probes: whole,
    errors: counts,
    /** Handshakes whose hellos contradicted the engine. */
    conflicts: whole,
  }),
  /** Null in records that do not tell. */
  generator: generatorSchema.nullable().default(null),
  /**
   * Whether the generator itself was the bottleneck: the block is valid, its counts and CPU per handshake are true, but its latency is
   * not the server's, and a gate on it is inconclusive.
   */
  saturated: z.boolean().default(false),
  valid: z.boolean(),
  /** Empty when valid. */
  invalidReason: z.string(),
});

const negotiatedSchema = z.object({
  cipher: z.string(),
  group: z.string(),
  alpn: z.string(),
  keyType: z.string(),
  certificateSha256: z.string(),
});

const stateSchema = z.object({
  label: z.string(),
  /** As the scenario names it: `host:port`, or `reference server`. */
  target: z.string(),
  address: z.string(),
  port: whole,
  serverName: z.string().nullable(),
  verified: z.boolean(),
  /** What server CPU was read from, null when it could not be. */
  cpuSource: z.string().nullable(),
});

const cellSchema = z.object({
  id: z.string(),
  state: z.string(),
  protocol: z.enum(PROTOCOLS),
  mode: z.enum(MODES),
  /** What the state's known configuration lets expect; `declined` is a control, not a failure. */
  expected: z.enum(['honoured', 'declined']),
  negotiated: negotiatedSchema.nullable(),
});

const runSchema = z.object({
  format: z.literal(RUN_FORMAT),
  id: z.string(),
  name: z.string(),
  /** `running` in a file means that the process ended before the run did. */
  status: z.enum(['running', 'complete', 'interrupted', 'stopped', 'partial']),
  tool: z.object({ name: z.literal('resumark'), version: z.string() }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  environment: z.object({
    node: z.string(),
    openssl: z.string(),
    platform: z.string(),
    kernel: z.string(),
    cpu: z.string(),
    cores: whole,
    memoryBytes: whole,
    loadAverage: z.number().nonnegative(),
  }),
  engine: z.object({
    name: z.string(),
    library: z.string(),
    reason: z.string(),
    /** In what it does not do as an ordinary client does. */
    shortcuts: z.array(z.enum(SHORTCUTS)).default([]),
  }),
  workers: whole,
  seed: whole,
  /** How states share a round; absent in older runs, whose states took turns. */
  interleave: z.enum(['handshake', 'block']).default('block'),
  /** The share of measured handshakes whose hellos are read; priming is always read. */
  tapShare: z.number().min(0).max(1),
  /** The resolved scenario: every setting that has a value. */
  scenario: z.record(z.string(), z.unknown()),
  /** Where each setting came from; what is not listed is the default. */
  sources: z.record(z.string(), z.enum(['flag', 'file'])),
  states: z.array(stateSchema),
  cells: z.array(cellSchema),
  blocks: z.array(blockSchema),
  /** Empty where no capacity was searched for. */
  capacity: z.array(capacitySchema).default([]),
  notices: z.array(z.looseObject({ code: z.string(), severity: z.enum(['info', 'warning', 'error']) })),
});

/** The schema of `run.json`. */
export const runRecordSchema = runSchema;

/** Everything measured in one block of one cell. */
export type BlockRecord = Readonly<z.infer<typeof blockSchema>>;

export type ScheduleRecord = NonNullable<BlockRecord['schedule']>;

export type GeneratorRecord = NonNullable<BlockRecord['generator']>;

export type OfferedSessionsRecord = NonNullable<BlockRecord['offeredSessions']>;

export type TicketsRecord = NonNullable<BlockRecord['tickets']>;

export type FirstByteRecord = NonNullable<BlockRecord['firstByte']>;

export type SequentialRecord = NonNullable<BlockRecord['sequential']>;

export type CellRecord = Readonly<z.infer<typeof cellSchema>>;

export type StateRecord = Readonly<z.infer<typeof stateSchema>>;

export type RunStatus = z.infer<typeof runSchema>['status'];

/** The result of executing a scenario once: the content of `run.json`. */
export type RunRecord = Readonly<Omit<z.infer<typeof runSchema>, 'notices'>> & { readonly notices: readonly Notice[] };
