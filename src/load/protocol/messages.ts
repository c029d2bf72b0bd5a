import { BLOCK_COUNTS, PRIMING_COUNTS } from '../../domain/block-counts.ts';
import { negotiatedSchema, sequentialSchema } from '../../domain/run-record.ts';
import { INTERVALS } from '../../domain/timeline-record.ts';
import { ARRIVALS } from '../../scenario/arrivals.ts';
import { z } from '../../domain/zod.ts';

/**
 * The parts of a window that workers are asked for, and what is reported of them: plain data that crosses threads and machines. Times
 * are relative to the window's start.
 */

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

const primeRequestSchema = z.object({
  /** The cells of the window, by the ids that they were opened with. */
  streams: z.array(
    z.object({
      cell: z.string(),
      /** Virtual clients to prime, each with a session of its own. */
      clients: whole,
    }),
  ),
});

const measureRequestSchema = z.object({
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

/** One worker's part of a window. */
export const windowPartSchema = z.object({ prime: primeRequestSchema, measure: measureRequestSchema });

/** The terms of the handshakes of a stream. */
const TERMS = {
  /** Of the first handshake whose hellos were read; null before one was. */
  negotiated: negotiatedSchema.nullable(),
  /** SHA-256 of those certificates that were seen at the first handshake and near the end: two when the server has changed. */
  certificates: z.array(z.string()),
};

/** Priming of one stream. Its terms are those of full handshakes: a resumed one shows no certificate. */
export const primedStreamSchema = z.object({ counts: PRIMING_COUNTS.schema, ...TERMS });

/** The measured load of one stream. */
export const measuredStreamSchema = z.object({
  counts: BLOCK_COUNTS.schema,
  /** Absent where none was asked for. */
  timeline: INTERVALS.schema.optional(),
  ...TERMS,
});

/** What one worker's thread went through in a window. */
export const workerReportSchema = z.object({
  /** CPU time of the thread inside the window per stream; null where it cannot be known. */
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
export type WindowPart = Readonly<z.infer<typeof windowPartSchema>>;
export type PrimedStream = Readonly<z.infer<typeof primedStreamSchema>>;
export type MeasuredStream = Readonly<z.infer<typeof measuredStreamSchema>>;
export type WorkerReport = Readonly<z.infer<typeof workerReportSchema>>;
