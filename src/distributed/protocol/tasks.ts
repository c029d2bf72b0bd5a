import { z } from '../../domain/zod.ts';
import { CONTROLS } from '../../load/protocol/counters.ts';
import {
  measureReportSchema,
  measureRequestSchema,
  primeReportSchema,
  primeRequestSchema,
} from '../../load/protocol/messages.ts';
import { contextSchema } from './context.ts';
import { progressSchema } from './progress.ts';

/** The tasks that an agent is given, and its answers: the data and the results of its jobs. */

const whole = z.int().nonnegative();

/** The state of the load that the coordinator wishes for, numbered: of two that cross on the way the later one counts. */
export const controlSchema = z.object({ number: whole, control: z.enum(CONTROLS) });

export type NumberedControl = Readonly<z.infer<typeof controlSchema>>;

const openSchema = z.object({
  kind: z.literal('open'),
  engine: z.discriminatedUnion('name', [
    z.object({ name: z.literal('wire'), spin: z.boolean() }),
    z.object({ name: z.literal('openssl'), libssl: z.null(), spin: z.boolean() }),
    z.object({ name: z.literal('node') }),
  ]),
  workers: z.int().positive(),
  contexts: z.array(contextSchema),
});

const primeSchema = z.object({ kind: z.literal('prime'), requests: z.array(primeRequestSchema) });

const measureSchema = z.object({
  kind: z.literal('measure'),
  requests: z.array(measureRequestSchema),
  /** The common start, on Redis' clock. */
  startUs: whole,
});

const taskSchema = z.object({
  run: z.string(),
  /** Of the task among all of the run. */
  number: whole,
  control: controlSchema,
  /** How often the agent is to tell of its progress. */
  tellEveryMs: whole,
  work: z.discriminatedUnion('kind', [openSchema, primeSchema, measureSchema]),
});

export type Task = Readonly<z.infer<typeof taskSchema>>;
export type Work = Task['work'];

const readingSchema = z.object({
  ticks: z.object({ all: z.number(), idle: z.number(), stolen: z.number() }).optional(),
  timeWait: z.number().optional(),
  loadAverage: z.number().optional(),
  quotas: z.array(z.object({ folder: z.string(), cores: z.number(), periods: z.number(), throttled: z.number() })),
});

const primedSchema = z.object({ reports: z.array(primeReportSchema), progress: progressSchema });

const measuredSchema = z.object({
  workers: z.array(measureReportSchema),
  before: readingSchema,
  after: readingSchema,
  limits: z.object({ files: z.number().optional(), ports: z.number().optional() }),
  /** Begin of its last worker after the common start. */
  startSkewNs: z.number(),
  /** Time from the arrival of the task to the common start; below 0 when it came too late. */
  slackNs: z.number(),
  progress: progressSchema,
});

export type Primed = Readonly<z.infer<typeof primedSchema>>;
export type Measured = Readonly<z.infer<typeof measuredSchema>>;

/** @throws ZodError when the message is none of this version. */
export const decodeTask = (message: unknown): Task => taskSchema.parse(message);
export const decodePrimed = (message: unknown): Primed => primedSchema.parse(message);
export const decodeMeasured = (message: unknown): Measured => measuredSchema.parse(message);
