import { BLOCK_COUNTS, PRIMING_COUNTS } from '../../domain/block-counts.ts';
import { negotiatedSchema, sequentialSchema } from '../../domain/run-record.ts';
import { INTERVALS } from '../../domain/timeline-record.ts';
import { ARRIVALS } from '../../scenario/arrivals.ts';
import { z } from '../../domain/zod.ts';

/**
 * The parts of a window that a worker is asked for, and what it reports of them: plain data that
 * crosses threads and machines. Times are relative to the window's start.
 */

/** Raised when a message changes its meaning: a worker of another version is refused. */
export const PROTOCOL_VERSION = 3;

const version = z.literal(PROTOCOL_VERSION);
const whole = z.int().nonnegative();

/** The end of a worker's part of a window: after a time, or after a number of starts. */
const boundSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('time'), durationNs: whole }),
  z.object({ by: z.literal('count'), attempts: whole }),
]);

const profileSchema = z.discriminatedUnion('shape', [
  z.object({ shape: z.literal('constant'), perSecond: z.number() }),
  z.object({
    shape: z.literal('ramp'),
    fromPerSecond: z.number(),
    toPerSecond: z.number(),
    overMs: z.number(),
    steps: whole,
  }),
]);

/** The rule by which handshakes start in a worker's part of a window. */
const paceSchema = z.discriminatedUnion('model', [
  z.object({ model: z.literal('closed'), concurrency: whole, bound: boundSchema }),
  z.object({ model: z.literal('sequential'), bound: boundSchema }),
  z.object({
    model: z.literal('scheduled'),
    profile: profileSchema,
    pattern: z.enum(ARRIVALS),
    /** All workers walk through the same arrivals and keep their own. */
    seed: whole,
    parts: whole,
    index: whole,
    bound: boundSchema,
    mostInFlight: whole,
    graceNs: whole,
  }),
]);

export const primeRequestSchema = z.object({
  version,
  /** The cells of the window, by the ids that they were opened with. */
  streams: z.array(
    z.object({
      cell: z.string(),
      /** Virtual clients to prime, each with a session of its own. */
      clients: whole,
    }),
  ),
});

export const measureRequestSchema = z.object({
  version,
  pace: paceSchema,
  /** One per stream. */
  weights: z.array(whole),
  /** Of the order in which the streams take turns. */
  seed: whole,
  /** One in so many handshakes has its plaintext hellos read. */
  tapEvery: whole,
  /** Length of the intervals that are counted apart; absent where none are. */
  timelineNs: z.int().positive().optional(),
});

export const primeReportSchema = z.object({
  version,
  /** One per stream. */
  streams: z.array(
    z.object({
      counts: PRIMING_COUNTS.schema,
      /** Of the first full handshake: the certificate that a resumed one does not show. */
      negotiated: negotiatedSchema.nullable(),
    }),
  ),
});

export const measureReportSchema = z.object({
  version,
  /** One per stream. */
  streams: z.array(
    z.object({
      counts: BLOCK_COUNTS.schema,
      /** Absent where none was asked for. */
      timeline: INTERVALS.schema.optional(),
      /** Of the first honoured handshake whose hellos were read, and of one near the end: they differ when the server changes. */
      negotiated: negotiatedSchema.nullable(),
      latest: negotiatedSchema.nullable(),
    }),
  ),
  /** CPU time of the worker's thread inside the window per stream; null where it cannot be known. */
  cpuNs: z.array(z.number()).nullable(),
  /** Time that the connections' places existed for (closed load) or were taken (scheduled load). */
  inFlightNs: z.number(),
  /** Time from the window's start until the worker began. */
  beganNs: z.number().nonnegative(),
  /** Time from the window's start until the last connection ended. */
  lastEndNs: z.number(),
  /** Connections at once, at most. */
  mostInFlight: whole,
  /** Time in which the worker had nothing to do. */
  restedNs: z.number(),
  /** The longest time for which the worker's loop stood still. */
  stalledNs: whole,
  /** `user` where the kernel does not stamp what arrives. */
  clock: z.enum(['kernel', 'user']),
  /** True when the system's clock was stepped in the window: handshakes after it were timed by the worker's own clock. */
  clockStepped: z.boolean(),
  /** Null where handshakes were not made one after another. */
  sequential: sequentialSchema.nullable(),
});

export type WindowBound = Readonly<z.infer<typeof boundSchema>>;
export type PaceRequest = Readonly<z.infer<typeof paceSchema>>;
export type PrimeRequest = Readonly<z.infer<typeof primeRequestSchema>>;
export type MeasureRequest = Readonly<z.infer<typeof measureRequestSchema>>;
export type PrimeReport = Readonly<z.infer<typeof primeReportSchema>>;
export type MeasureReport = Readonly<z.infer<typeof measureReportSchema>>;

/** @throws ZodError when the message is none of this version. */
export const decodePrimeRequest = (message: unknown): PrimeRequest => primeRequestSchema.parse(message);
export const decodeMeasureRequest = (message: unknown): MeasureRequest => measureRequestSchema.parse(message);
export const decodePrimeReport = (message: unknown): PrimeReport => primeReportSchema.parse(message);
export const decodeMeasureReport = (message: unknown): MeasureReport => measureReportSchema.parse(message);
