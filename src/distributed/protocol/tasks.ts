import { z } from '../../domain/zod.ts';
import type { HostReport } from '../../load/load-generator.ts';
import { CONTROLS } from '../../load/protocol/counters.ts';
import { measuredStreamSchema, primedStreamSchema, windowPartSchema, workerReportSchema } from '../../load/protocol/messages.ts';
import { contextSchema } from './context.ts';
import { progressSchema } from './progress.ts';

/** The tasks that an agent is given, and its answers: the data and the results of its jobs. */

const whole = z.int().nonnegative();

/** The state of the load that the coordinator wishes for, numbered: of two that cross on the way the later one counts. */
export const wishSchema = z.object({
  number: whole,
  control: z.enum(CONTROLS),
  /** The window that was begun last: its task, and the common start on Redis' clock. */
  start: z.object({ task: whole, atUs: whole }).optional(),
});

export type Wish = Readonly<z.infer<typeof wishSchema>>;

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

/** Sessions are obtained at once, and the load waits for the start that a {@link Wish} brings. */
const windowSchema = z.object({ kind: z.literal('window'), parts: z.array(windowPartSchema) });

const taskSchema = z.object({
  run: z.string(),
  /** Of the task among all of the run. */
  number: whole,
  wish: wishSchema,
  /** How often the agent is to tell of its progress. */
  tellEveryMs: whole,
  work: z.discriminatedUnion('kind', [openSchema, windowSchema]),
});

export type Task = Readonly<z.infer<typeof taskSchema>>;
export type Work = Task['work'];

const readingSchema = z.object({
  ticks: z.object({ all: z.number(), idle: z.number(), stolen: z.number() }).optional(),
  timeWait: z.number().optional(),
  loadAverage: z.number().optional(),
  quotas: z.array(z.object({ folder: z.string(), cores: z.number(), periods: z.number(), throttled: z.number() })),
});

const measuredSchema = z.object({
  /** One per stream of the window, over all workers of the agent. */
  primed: z.array(primedStreamSchema),
  streams: z.array(measuredStreamSchema),
  workers: z.array(workerReportSchema),
  before: readingSchema,
  after: readingSchema,
  limits: z.object({ files: z.number().optional(), ports: z.number().optional() }),
  /** Begin of its last worker after the common start. */
  startSkewNs: z.number(),
  /** Time from hearing of the common start until then; below 0 when that was too late. */
  slackNs: z.number(),
  progress: progressSchema,
});

export type Measured = Readonly<z.infer<typeof measuredSchema>>;

/** What a machine reports of its own window, as an agent's answer. */
export const measuredOf = (
  { primed, streams, workers, before, after, limits }: HostReport,
  more: Pick<Measured, 'startSkewNs' | 'slackNs' | 'progress'>,
): Measured => ({
  primed: [...primed],
  streams: [...streams],
  workers: [...workers],
  before: { ...before, quotas: [...before.quotas] },
  after: { ...after, quotas: [...after.quotas] },
  limits,
  ...more,
});

/** @throws ZodError when the message is none of this version. */
export const decodeTask = (message: unknown): Task => taskSchema.parse(message);
export const decodeMeasured = (message: unknown): Measured => measuredSchema.parse(message);
