import { agentSchema } from './agent-record.ts';
import { BLOCK_COUNTS, PRIMING_COUNTS } from './block-counts.ts';
import { capacitySchema } from './capacity-record.ts';
import { CLOSE_STYLES } from './client-options.ts';
import { eventSchema } from './event-record.ts';
import type { GateDecision } from './gate.ts';
import { gateDecisionSchema } from './gate-decision.ts';
import { INTERLEAVES } from './interleave.ts';
import { LATENCY_CLOCKS } from './latency-clock.ts';
import { MACHINE_FACTS } from './machine-facts.ts';
import { MODES } from './mode.ts';
import type { Notice } from './notice.ts';
import { noticeSchema } from './notice-schema.ts';
import { PROTOCOLS } from './protocol.ts';
import { CPU_ABSENCES } from './server-cpu.ts';
import { contradictionsIn } from './record-consistency.ts';
import { stateSchema } from './state-record.ts';
import { timelineSchema } from './timeline-record.ts';
import { z } from './zod.ts';

/** Raised when the meaning of a field changes; a file of another format is refused. */
export const RUN_FORMAT = 3;

/** Less work than an ordinary client does, on the user's wish: figures with them compare with each other only. */
const SHORTCUTS = ['key-share-reused', 'signature-unchecked', 'spinning'] as const;

export type Shortcut = (typeof SHORTCUTS)[number];

const whole = z.int().nonnegative();
/** A limit on the CPU time of processes (a container's, a service's) that was in force in a window. */
const quotaSchema = z.object({
  /** CPU time per time that it allows. */
  cores: z.number().nonnegative(),
  /** Share of the limit's periods in which the time was used up and the processes had to wait. */
  throttledShare: z.number().nonnegative(),
});

/** What a server's processes showed in a window, besides their CPU time. */
const serverSchema = z.object({
  /** The reason why the CPU time cannot be known, null where it is. */
  cpuAbsence: z.enum(CPU_ABSENCES).nullable(),
  quota: quotaSchema.nullable(),
  /** Endpoints to which it opened a connection for each one that it accepted. */
  forwardsTo: z.array(z.string()),
});

/** CPU time for all cells of the window; null is what cannot be known, or what there is not. */
const fleetUseSchema = z.object({
  cpuBalancerNs: z.number().nonnegative().nullable(),
  /** Of the session cache that the nodes share. */
  cpuCacheNs: z.number().nonnegative().nullable(),
});

/** One machine of the load generator in a window. Null is what is not known. */
const hostSchema = z.object({
  /** Its name among the agents of the run; absent where the run's own machine loads. */
  agent: z.string().optional(),
  /** Begin of its last worker after the common start of all agents; absent where the run's own machine loads. */
  startSkewNs: z.number().optional(),
  /** Its part of what the block counts; absent in older files. */
  handshakes: whole.optional(),
  honoured: whole.optional(),
  /** Connections without a finished handshake. */
  errors: whole.optional(),
  /** CPU time that its workers spent on the cell. */
  cpuClientNs: z.number().nonnegative().nullable().optional(),
  workers: z.array(
    z.object({
      /** The share of its time in which the worker had something to do. */
      busyShare: z.number().nonnegative().nullable(),
      /** The share of its time that its thread was on a core. */
      cpuShare: z.number().nonnegative().nullable(),
      /** The longest time for which its loop stood still: the process was stopped, or the machine suspended. */
      stalledNs: whole.default(0),
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
  /** True when the system's clock was stepped in the window: the arrivals of the rest of it have no stamps. */
  clockStepped: z.boolean().default(false),
  /** The limit on the generator itself, null where there is none. */
  quota: quotaSchema.nullable().default(null),
});

/** tinybench's statistics of the honoured handshakes of a sequential window. */
export const sequentialSchema = z.object({
  samples: whole,
  meanNs: z.number().nonnegative(),
  sdNs: z.number().nonnegative(),
  medianNs: z.number().nonnegative(),
  /** Median absolute deviation. */
  madNs: z.number().nonnegative(),
  /** Half of the 95 % interval of the mean, by Student's t. */
  marginNs: z.number().nonnegative(),
  /** Reason why the clock seems too coarse for what was timed, null when it does not. */
  coarseClock: z.string().nullable(),
});

const blockSchema = z.object({
  cell: z.string(),
  round: whole,
  /** Position of its window in the round. */
  position: whole,
  /** Unix time in ns as decimal digits: it is above 2^53. */
  startUnixNs: z.string().regex(/^\d{1,19}$/u),
  durationNs: whole,
  /** The clock of its latencies. */
  clock: z.enum(LATENCY_CLOCKS),
  ...BLOCK_COUNTS.fileShape,
  /** CPU time in the window, of all workers; null where it cannot be known. */
  cpuClientNs: z.number().nonnegative().nullable(),
  /** CPU time in the window, of the server's processes; null where it cannot be known. */
  cpuServerNs: z.number().nonnegative().nullable(),
  /** CPU time of the server's processes for all cells of the window, where several cells of one state shared it. */
  cpuServerWindowNs: z.number().nonnegative().nullable(),
  /** CPU time in the window of what stands around the nodes of a fleet; absent where the server is no fleet. */
  fleet: fleetUseSchema.optional(),
  /** The window over time; absent where that was not asked for, and in older files. */
  timeline: timelineSchema.optional(),
  server: serverSchema.default({ cpuAbsence: null, quota: null, forwardsTo: [] }),
  /** Time that virtual clients existed for; `residenceNs` is the part that their connections account for. */
  clientNs: z.number().nonnegative(),
  /** The share of its window that was asked for this cell, and the share of the connections' time that it took; 1 for a cell alone. */
  askedShare: z.number().min(0).max(1),
  occupiedShare: z.number().min(0).max(1),
  /** Null where handshakes were not made one after another. */
  sequential: sequentialSchema.nullable(),
  /** SHA-256 of the certificates that full handshakes of the window and its priming were seen to show; absent in older files. */
  certificates: z.array(z.string()).optional(),
  primed: PRIMING_COUNTS.fileSchema,
  /** The machines of the load generator: one, unless agents on several load. */
  hosts: z.array(hostSchema),
  /**
   * True when the generator itself was the bottleneck: the block is valid, its counts and CPU per handshake are true, but its rate is
   * not the server's, and neither is a latency that its queue enters: a gate on these is inconclusive.
   */
  saturated: z.boolean(),
  valid: z.boolean(),
  /** Empty when valid. */
  invalidReason: z.string(),
});

export const negotiatedSchema = z.object({
  cipher: z.string(),
  group: z.string(),
  alpn: z.string(),
  keyType: z.string(),
  certificateSha256: z.string(),
});

const cellSchema = z.object({
  id: z.string(),
  state: z.string(),
  protocol: z.enum(PROTOCOLS),
  mode: z.enum(MODES),
  /**
   * Expectation from the state's known configuration; `declined` is a control, not a failure, and `partly` is what a fleet does whose
   * nodes do not accept each other's sessions.
   */
  expected: z.enum(['honoured', 'partly', 'declined']),
  /** The share of handshakes that is expected to be honoured; absent in older files. */
  expectedShare: z.number().min(0).max(1).optional(),
  negotiated: negotiatedSchema.nullable(),
});

/** End of the measured connections. */
const endingSchema = z.object({
  style: z.enum(CLOSE_STYLES),
  /**
   * - `asked`: by the scenario.
   * - `harmless`: no session that lives in a server was lost by a reset.
   * - `sessions-lost`: the server forgets sessions whose connection is reset.
   * - `sequential`: one connection at a time is over before the next begins.
   */
  reason: z.enum(['asked', 'harmless', 'sessions-lost', 'sequential']),
  /** The cells whose sessions were lost. */
  cells: z.array(z.string()),
  /** The states whose server leaves a close_notify without an answer. */
  unanswered: z.array(z.string()),
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
    ...MACHINE_FACTS,
    memoryBytes: whole,
    loadAverage: z.number().nonnegative(),
  }),
  engine: z.object({
    name: z.string(),
    library: z.string(),
    reason: z.string(),
    /** In what it does not do as an ordinary client does. */
    shortcuts: z.array(z.enum(SHORTCUTS)),
  }),
  /** Null in a record from before it was chosen. */
  ending: endingSchema.nullable().default(null),
  workers: whole,
  /** The machines that load; absent where the run's own does. */
  agents: z.array(agentSchema).optional(),
  seed: whole,
  /** Interleave of the states in a round. */
  interleave: z.enum(INTERLEAVES),
  /** The share of measured handshakes whose hellos are read; priming is always read. */
  tapShare: z.number().min(0).max(1),
  /** The resolved scenario: every setting that has a value. */
  scenario: z.record(z.string(), z.unknown()),
  /** Source of each setting; what is not listed is the default. */
  sources: z.record(z.string(), z.enum(['flag', 'file'])),
  states: z.array(stateSchema),
  cells: z.array(cellSchema),
  blocks: z.array(blockSchema),
  /** What was done to servers in the middle of windows, in the order of its beginning. */
  events: z.array(eventSchema).default([]),
  /** The command that made it, as it was typed; absent where a program did. */
  command: z.array(z.string()).optional(),
  /** The decision on its gates, once it has ended and was judged. */
  gates: gateDecisionSchema.optional(),
  /** Empty where no capacity was searched for. */
  capacity: z.array(capacitySchema),
  notices: z.array(noticeSchema),
});

/** The schema of `run.json`. */
export const runRecordSchema: z.ZodType<RunRecord> = runSchema.superRefine((run, context) => {
  for (const { path, message } of contradictionsIn(run)) context.addIssue({ code: 'custom', path: [...path], message });
});

/** Everything measured in one block of one cell. */
export type BlockRecord = Readonly<z.infer<typeof blockSchema>>;

export type Ending = Readonly<z.infer<typeof endingSchema>>;

export type HostRecord = BlockRecord['hosts'][number];

export type QuotaRecord = Readonly<z.infer<typeof quotaSchema>>;

export type ServerRecord = Readonly<z.infer<typeof serverSchema>>;

export type FleetUseRecord = Readonly<z.infer<typeof fleetUseSchema>>;

export type SequentialRecord = NonNullable<BlockRecord['sequential']>;

export type CellRecord = Readonly<z.infer<typeof cellSchema>>;

export type RunStatus = z.infer<typeof runSchema>['status'];

/** The result of executing a scenario once: the content of `run.json`. */
export type RunRecord = Readonly<Omit<z.infer<typeof runSchema>, 'notices' | 'command' | 'gates'>> & {
  readonly notices: readonly Notice[];
  readonly command?: readonly string[] | undefined;
  readonly gates?: GateDecision | undefined;
};
