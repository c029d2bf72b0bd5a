import type { RunRecord } from '../domain/run-record.ts';
import { SESSION_POLICIES, type SessionPolicy } from '../domain/session-policy.ts';
import { z } from '../domain/zod.ts';
import { decodeCompare, type RawSettings } from '../scenario/decode.ts';
import type { CompareSettings } from '../scenario/compare-schema.ts';

/** A setting that is missing, or that another version spelt in another way, is as good as unknown. */
const known = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const ramp = z.object({ from: z.number(), to: z.number(), over: z.number(), steps: known(z.number()) });

/** The load of a run; times are in ms. `undefined` is what its record leaves open. */
const loadSchema = z.object({
  model: z.string().catch(''),
  concurrency: known(z.number()),
  rate: known(z.union([z.number(), ramp])),
  arrivals: known(z.string()),
  clients: known(z.number()),
  over: known(z.number()),
  objective: known(z.object({ name: z.string(), limitNs: z.number() })),
  sessions: z.enum(SESSION_POLICIES).catch('distinct' satisfies SessionPolicy),
  offerAfter: z.number().catch(0),
});

const compareSchema = z.partialRecord(z.enum(['alpha', 'minEffect', 'minDelta'] satisfies (keyof CompareSettings)[]), z.number());

const settingsSchema = z.object({
  description: z.string().catch(''),
  engine: known(z.string()),
  load: loadSchema.catch(loadSchema.parse({})),
  plan: z.object({ looks: z.array(z.int().positive()).catch([]) }).catch({ looks: [] }),
  compare: compareSchema.catch({}),
  gates: z.array(z.string()).catch([]),
});

/** The settings of a run that its analysis and its reports rest on, out of the resolved scenario of its record. */
export type RunSettings = Readonly<z.infer<typeof settingsSchema>>;

export type LoadOfRun = Readonly<RunSettings['load']>;

/** Decodes the scenario of a record, which may be of another version: what it does not know is left open, and nothing is refused. */
export const settingsOfRun = ({ scenario }: RunRecord): RunSettings => settingsSchema.parse(scenario);

/** Returns when a difference counts by the run's own scenario, with the flags that say otherwise. */
export const compareSettingsOf = ({ compare }: RunSettings, flags: RawSettings = {}): CompareSettings =>
  decodeCompare(flags, compare);

/** Returns the settings that must be the same in runs that are compared, as text. */
export const comparedSettings = ({ scenario }: RunRecord): { readonly load: string; readonly connection: string } => ({
  load: JSON.stringify(scenario['load'] ?? {}),
  connection: JSON.stringify(scenario['connection'] ?? {}),
});
